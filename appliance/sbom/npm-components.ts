import type { ShippedPackage } from '../package/shipped-packages.ts'
import { type Component, licensesOf } from './component.ts'

/** The npm packages that are shipped, each once, with the hash that `package-lock.json` holds npm to. */
export function npmComponents(packages: readonly ShippedPackage[]): Component[] {
  const byRef = new Map(packages.map((each) => [npmUrl(each), each]))
  return [...byRef].map(([purl, { name, locked }]) => {
    const [group, short] = name.startsWith('@') ? name.split('/') : [undefined, name]
    const [, base64] = /^sha512-(.+)$/.exec(locked.integrity ?? '') ?? []
    const licenses = licensesOf(locked.license)
    return {
      type: 'library',
      'bom-ref': purl,
      ...(group && { group }),
      name: short ?? name,
      version: locked.version ?? '',
      purl,
      ...(licenses && { licenses }),
      ...(base64 && {
        hashes: [{ alg: 'SHA-512', content: Buffer.from(base64, 'base64').toString('hex') }],
      }),
    } satisfies Component
  })
}

/** The package URL of an npm package (purl-spec, type npm: the @ of a scope is percent-encoded). */
export function npmUrl({ name, locked }: Pick<ShippedPackage, 'name' | 'locked'>): string {
  return `pkg:npm/${name.replace('@', '%40')}@${locked.version}`
}
