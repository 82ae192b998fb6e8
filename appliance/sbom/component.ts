/** A component as CycloneDX 1.6 has it, as far as our bills go. */
export interface Component {
  readonly type: 'application' | 'library' | 'operating-system' | 'platform'
  /** Unique in the bill; we take the package URL. */
  readonly 'bom-ref': string
  readonly group?: string
  readonly name: string
  readonly version: string
  readonly description?: string
  /** Package URL: `pkg:npm/…`, `pkg:deb/debian/…`, `pkg:generic/…`. */
  readonly purl: string
  /** For scanners that know it only by this. */
  readonly cpe?: string
  readonly licenses?: readonly LicenseChoice[]
  readonly hashes?: readonly { readonly alg: 'SHA-256' | 'SHA-512'; readonly content: string }[]
  readonly properties?: readonly { readonly name: string; readonly value: string }[]
  /** What it brings inside. */
  readonly components?: readonly Component[]
}

export type LicenseChoice =
  | { readonly expression: string }
  | { readonly license: { readonly id: string } | { readonly name: string } }

// Of the SPDX list what our dependencies use: the schema takes nothing else as an `id`.
const spdx = new Set(
  '0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause BlueOak-1.0.0 CC0-1.0 ISC MIT MIT-0 Unlicense'.split(' '),
)

/** What npm packages declare: an SPDX identifier, an expression of them, or words of their own. */
export function licensesOf(declared: string | undefined): readonly LicenseChoice[] | undefined {
  if (declared === undefined) return undefined
  if (spdx.has(declared)) return [{ license: { id: declared } }]
  const words = declared.split(/[\s()]+/).filter((word) => word !== '' && word !== 'OR' && word !== 'AND')
  const isExpression = words.length > 1 && words.every((word) => spdx.has(word))
  return [isExpression ? { expression: declared } : { license: { name: declared } }]
}
