import type { PeerCredential } from './credential-reader.ts'

/** Shown to people who wrote a pattern that is none. */
export const namePatternHelp =
  'a domain ("example.org", "*.example.org", "*" for all), a user ("alice@example.org"), users that begin alike ' +
  '("2*@example.org") or a range of numbers ("200-299@example.org")'

const domainPattern = /^(\*|(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*)$/
const rangePattern = /^(\+?)(\d{1,15})-(\d{1,15})$/

/** The pattern as credentials write it: users with "sip:", domains in lower case. Undefined when it is none. */
export function readNamePattern(text: string): string | undefined {
  const at = text.lastIndexOf('@')
  const domain = text.slice(at + 1).toLowerCase()
  if (!domainPattern.test(domain)) return undefined
  if (at < 0) return domain
  const user = text.slice(0, at).replace(/^sips?:/i, '')
  if (!/^[^@\s*]*\*?$/.test(user) || user === '') return undefined
  const range = rangePattern.exec(user)
  if (range && (range[2]?.length !== range[3]?.length || (range[2] ?? '') > (range[3] ?? '')))
    return undefined
  return `sip:${user}@${domain}`
}

/** A name belongs to whom the credential says, as far as its issuer had the right to say so. */
export function mayAnnounce(credential: Pick<PeerCredential, 'mayServe' | 'issuer'>, aor: string): boolean {
  const { mayServe, issuer } = credential
  const covered = (pattern: string) => coversAor(pattern, aor)
  return mayServe.some(covered) && (!issuer || issuer.mayServe.some(covered))
}

/** `aor` is `sip:user@domain`. */
export function coversAor(pattern: string, aor: string): boolean {
  const [, user, domain] = /^sip:([^@]+)@([^@]+)$/.exec(aor) ?? []
  if (user === undefined || domain === undefined) return false
  const at = pattern.lastIndexOf('@')
  if (!coversDomain(pattern.slice(at + 1), domain)) return false
  return at < 0 || (pattern.startsWith('sip:') && coversUser(pattern.slice('sip:'.length, at), user))
}

function coversDomain(pattern: string, domain: string): boolean {
  if (pattern === '*') return true
  if (pattern.startsWith('*.')) return domain.endsWith(pattern.slice(1))
  return pattern === domain
}

function coversUser(pattern: string, user: string): boolean {
  if (pattern.endsWith('*')) return user.startsWith(pattern.slice(0, -1))
  const [, plus, first, last] = rangePattern.exec(pattern) ?? []
  if (first === undefined || last === undefined) return pattern === user
  const digits = user.slice(plus?.length)
  // Numbers of one length: text order is their order.
  return (
    user.startsWith(plus ?? '') &&
    /^\d+$/.test(digits) &&
    digits.length === first.length &&
    digits >= first &&
    digits <= last
  )
}
