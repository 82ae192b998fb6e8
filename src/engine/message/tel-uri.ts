import type { Params } from './params.ts'
import { SipParseError, UnsupportedScheme } from './sip-parse-error.ts'
import { printUriParams, readUriParams, uriScheme } from './uri.ts'

/** A telephone number as a URI (RFC 3966). */
export interface TelUri {
  readonly scheme: 'tel'
  /** Digits, with the leading `+` of a global number; visual separators left out. */
  readonly number: string
  readonly isGlobal: boolean
  /** `phone-context` says where a local number means something. */
  readonly params: Params
}

/** Throws SipParseError 400, or UnsupportedScheme 416 for anything but tel. */
export function parseTelUri(text: string): TelUri {
  const scheme = uriScheme(text)
  if (scheme !== 'tel') throw new UnsupportedScheme(scheme)
  const semicolon = text.indexOf(';')
  const end = semicolon < 0 ? text.length : semicolon
  const number = text.slice(4, end).replace(/[-.()]/g, '')
  const isGlobal = number.startsWith('+')
  if (!(isGlobal ? /^\+\d+$/ : /^[\dA-Fa-f*#]+$/).test(number))
    throw new SipParseError('Bad Telephone Number')
  return { scheme, number, isGlobal, params: readUriParams(text.slice(end)) }
}

export function printTelUri(uri: TelUri): string {
  return `tel:${uri.number}${printUriParams(uri.params)}`
}
