import type { SipResponse } from '../message/message.ts'
import { type NameAddr, printNameAddr } from '../message/name-addr.ts'
import { SipParseError } from '../message/sip-parse-error.ts'

export interface Redirection {
  /** What to try next, by q. Empty when nothing of the response can be followed. */
  readonly targets: readonly string[]
  /** What is left for the caller to try; undefined when nothing is. */
  readonly remainder: SipResponse | undefined
}

export interface RedirectionLimits {
  /** Targets that were tried or are going to be. */
  readonly known: ReadonlySet<string>
  /** How many more may be tried. */
  readonly room: number
  /** A request to a sips URI goes nowhere else (RFC 3261 §16.5). */
  readonly isSecure: boolean
}

/**
 * A 3xx that the proxy follows itself (RFC 3261 §16.7 step 4). Contacts that are followed leave the response, so that
 * the caller does not try them again.
 */
export function followRedirection(response: SipResponse, limits: RedirectionLimits): Redirection {
  const { known, room, isSecure } = limits
  const scheme = isSecure ? /^sips:/i : /^sips?:/i
  const contacts = readableContacts(response)
  const byPreference = [...contacts].sort((one, other) => preference(other) - preference(one))
  const followable = byPreference.filter(({ uri }) => scheme.test(uri) && !known.has(uri))
  const targets = [...new Set(followable.map(({ uri }) => uri))].slice(0, room)
  if (targets.length === 0) return { targets, remainder: response }
  const left = contacts.filter(({ uri }) => !known.has(uri) && !targets.includes(uri))
  return { targets, remainder: left.length === 0 ? undefined : withContacts(response, left) }
}

/** RFC 3261 §20.10: without a q, 1. */
function preference(contact: NameAddr): number {
  const q = Number.parseFloat(contact.params.text('q') ?? '1')
  return Number.isNaN(q) ? 1 : q
}

function withContacts(response: SipResponse, contacts: readonly NameAddr[]): SipResponse {
  const copy = response.clone()
  copy.set('Contact', contacts.map(printNameAddr).join(', '))
  return copy
}

/** None when one of them cannot be read: then the redirect itself is the answer. */
function readableContacts(response: SipResponse): readonly NameAddr[] {
  try {
    return response.contacts
  } catch (error) {
    if (error instanceof SipParseError) return []
    throw error
  }
}
