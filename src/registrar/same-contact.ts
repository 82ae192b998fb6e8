import { type DialledUri, parseDialledUri } from '../domain/sip-uri.ts'

/** RFC 3261 §19.1.4: one of these in one URI only makes the two differ; any other is compared where both have it. */
const alwaysCompared = ['user', 'ttl', 'method', 'maddr', 'transport']

/** Do two contacts mean the same (RFC 3261 §19.1.4)? Contacts that are no SIP URIs only when they are written alike. */
export function isSameContact(a: string, b: string): boolean {
  if (a === b) return true
  const one = parseDialledUri(a)
  const other = parseDialledUri(b)
  if (!one || !other || one.scheme === 'tel' || other.scheme === 'tel') return false
  return (
    one.scheme === other.scheme &&
    one.user === other.user &&
    one.host === other.host &&
    one.port === other.port &&
    haveSameParameters(one, other)
  )
}

function haveSameParameters(a: DialledUri, b: DialledUri): boolean {
  for (const [name, value] of a.parameters) {
    const other = b.parameters.get(name)
    if (other !== undefined && other.toLowerCase() !== value.toLowerCase()) return false
  }
  return alwaysCompared.every((name) => a.parameters.has(name) === b.parameters.has(name))
}
