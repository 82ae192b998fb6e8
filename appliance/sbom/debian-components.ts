import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Component } from './component.ts'

/** The packages that dpkg has installed in a Debian root, with the licences that their machine-readable copyright files name. */
export function debianComponents(root: string, release: string): Component[] {
  const status = readFileSync(join(root, 'var/lib/dpkg/status'), 'utf8')
  return installedPackages(status).map((fields) => {
    const component = debianComponent(fields, release)
    const copyright = join(root, 'usr/share/doc', component.name, 'copyright')
    const names = existsSync(copyright) ? licenseNames(readFileSync(copyright, 'utf8')) : []
    return names.length === 0
      ? component
      : { ...component, licenses: names.map((name) => ({ license: { name } })) }
  })
}

/** The stanzas of dpkg's status file whose package is there, each by field name. */
export function installedPackages(status: string): Record<string, string>[] {
  return status
    .split(/\n\n+/)
    .map((stanza) =>
      Object.fromEntries(
        [...stanza.matchAll(/^([A-Za-z-]+): (.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
      ),
    )
    .filter(({ Status }) => Status === 'install ok installed')
}

/** As the purl-spec has it for type deb. Debian's security tracker counts by source package, hence the property. */
export function debianComponent(fields: Readonly<Record<string, string>>, release: string): Component {
  const { Package: name = '', Version: version = '', Architecture: architecture = '' } = fields
  const [source = name, sourceVersion = version] = (fields.Source ?? name).split(/ \(|\)/)
  const purl = `pkg:deb/debian/${name.replaceAll('+', '%2B')}@${encodeURIComponent(version).replaceAll('%3A', ':')}?arch=${architecture}&distro=${release}`
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    properties: [{ name: 'debian:source', value: `${source} ${sourceVersion || version}` }],
  }
}

/** Short names in a copyright file of format 1.0 (DEP-5), each once; none when it is prose. */
export function licenseNames(copyright: string): string[] {
  if (!/^Format: .*copyright-format/m.test(copyright)) return []
  const found = [...copyright.matchAll(/^License:[ \t]*(\S.*?)[ \t]*$/gm)].map(([, name = '']) => name)
  return [...new Set(found)].sort()
}
