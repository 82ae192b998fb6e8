import { readNameAddr } from '../name-addr.ts'

export interface ReferTarget {
  /** Where to call, without headers. */
  readonly uri: string
  /** Call-ID of the dialog that the new call shall take the place of (RFC 3891), for attended transfer. */
  readonly replacesCallId: string | undefined
}

/** Reads a Refer-To header (RFC 3515 §2.1); undefined for what is not a call. */
export function readReferTo(header: string | undefined): ReferTarget | undefined {
  if (header === undefined) return undefined
  const { uri } = readNameAddr(header)
  const [target = '', query = ''] = splitOnce(uri, '?')
  if (!/^(sips?|tel):/i.test(target) || /;method=(?!invite(;|$))/i.test(target)) return undefined
  return { uri: target.replace(/;method=invite/i, ''), replacesCallId: replacedCallId(query) }
}

function replacedCallId(query: string): string | undefined {
  for (const pair of query.split('&')) {
    const [name = '', value = ''] = splitOnce(pair, '=')
    if (name.toLowerCase() === 'replaces') return decoded(value)?.split(';')[0]
  }
  return undefined
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined // a stray % is no escape
  }
}
