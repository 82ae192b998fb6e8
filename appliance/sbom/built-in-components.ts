import type { Component } from './component.ts'

// Versions of interfaces and of tables, not of code.
const noCode = ['cldr', 'modules', 'napi', 'ncrypto', 'nbytes', 'node', 'tz', 'unicode']

/**
 * What is compiled into Node, from its `process.versions`: a hole in OpenSSL is a hole in the box, and no package manager
 * knows of this copy.
 */
export function nodeComponents(versions: Readonly<Record<string, string | undefined>>): Component[] {
  return Object.entries(versions)
    .filter((entry): entry is [string, string] => !noCode.includes(entry[0]) && Boolean(entry[1]))
    .map(([name, version]) => builtIn(name, version, 'node'))
}

/** The SQLite in the `sqlite3` package, from its `deps/common-sqlite.gypi`. */
export function sqliteComponent(gypi: string): Component {
  const [, major, minor, patch] = /'sqlite_version%':\s*'(\d)(\d\d)(\d\d)\d\d'/.exec(gypi) ?? []
  if (!major) throw new Error('the sqlite3 package does not say which SQLite it brings')
  return builtIn('sqlite', [major, minor, patch].map(Number).join('.'), 'sqlite3')
}

/** The entry for Node itself, by the name that vulnerability databases use. */
export function nodeCpe(version: string): string {
  return `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`
}

function builtIn(name: string, version: string, holder: string): Component {
  const [vendor, product] = cpeNames[name] ?? []
  return {
    type: 'library',
    'bom-ref': `${holder}/${name}@${version}`,
    name,
    version,
    purl: `pkg:generic/${name}@${encodeURIComponent(version)}`,
    ...(vendor && { cpe: `cpe:2.3:a:${vendor}:${product}:${version}:*:*:*:*:*:*:*` }),
  }
}

const cpeNames: Readonly<Record<string, readonly [vendor: string, product: string]>> = {
  ares: ['c-ares', 'c-ares'],
  brotli: ['google', 'brotli'],
  llhttp: ['llhttp', 'llhttp'],
  nghttp2: ['nghttp2', 'nghttp2'],
  openssl: ['openssl', 'openssl'],
  sqlite: ['sqlite', 'sqlite'],
  undici: ['nodejs', 'undici'],
  uv: ['libuv', 'libuv'],
}
