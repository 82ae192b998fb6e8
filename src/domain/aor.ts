/** An address of record (RFC 3261 §10): the name of a user, `sip:user@domain`. */
export interface Aor {
  /** As written, escapes decoded; case matters. */
  readonly user: string
  /** Lower case. */
  readonly domain: string
}

/** `sip:user@domain`; the one spelling used as key in memory, on disk and in the overlay. */
export type AorText = string

const aorPattern = /^(?:sips?:)?([^@\s<>;?]+)@(\[[0-9a-f:.]+\]|[a-z0-9._-]+)$/i

export function aor(user: string, domain: string): Aor {
  return { user, domain: domain.toLowerCase() }
}

/** Reads `user@domain`, `sip:user@domain` or `sips:user@domain`; undefined when it is not an AoR. */
export function parseAor(text: string): Aor | undefined {
  const match = aorPattern.exec(text.trim())
  if (!match?.[1] || !match[2]) return undefined
  try {
    return aor(decodeURIComponent(match[1]), match[2])
  } catch {
    return undefined // a stray % is no escape (RFC 3261 §25.1)
  }
}

export function printAor({ user, domain }: Aor): AorText {
  return `sip:${escapeUser(user)}@${domain}`
}

// RFC 3261 §25.1: user = 1*( unreserved / escaped / user-unreserved )
function escapeUser(user: string): string {
  return user.replace(/[^A-Za-z0-9\-_.!~*'()&=+$,;?/]/g, (character) => encodeURIComponent(character))
}
