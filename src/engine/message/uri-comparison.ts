import type { Params } from './params.ts'
import type { SipUri } from './uri.ts'

/** RFC 3261 §19.1.4: a parameter of these that stands in one URI only makes the two differ. */
const alwaysCompared = ['user', 'ttl', 'method', 'maddr', 'transport']

/** Do two URIs mean the same? By the rules of RFC 3261 §19.1.4; not transitive. */
export function sameUri(a: SipUri, b: SipUri): boolean {
  return (
    a.scheme === b.scheme &&
    a.host === b.host &&
    a.port === b.port &&
    sameText(a.user, b.user) &&
    sameText(a.password, b.password) &&
    sameParams(a.params, b.params) &&
    sameHeaders(a.headers, b.headers)
  )
}

function sameText(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true
  return a !== undefined && b !== undefined && unescaped(a) === unescaped(b)
}

function sameParams(a: Params, b: Params): boolean {
  for (const [name, value] of a) {
    const other = b.get(name)
    if (other !== undefined && foldedParam(value) !== foldedParam(other)) return false
  }
  return alwaysCompared.every((name) => a.has(name) === b.has(name))
}

const foldedParam = (value: string | true): string => (value === true ? '' : unescaped(value).toLowerCase())

function sameHeaders(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true
  return a !== undefined && b !== undefined && sortedHeaders(a) === sortedHeaders(b)
}

function sortedHeaders(text: string): string {
  const headers = text.split('&').map((header) => {
    const equals = header.indexOf('=')
    const nameEnd = equals < 0 ? header.length : equals
    return header.slice(0, nameEnd).toLowerCase() + unescaped(header.slice(nameEnd))
  })
  return headers.sort().join('&')
}

/** Resolves escapes, except of characters that mean something else when they stand bare (RFC 3261 §25.1 reserved). */
function unescaped(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(/%([0-9a-f]{2})/gi, (written, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16))
    return /[\w\-.!~*'()]/.test(character) ? character : written.toUpperCase()
  })
}
