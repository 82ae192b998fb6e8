import { isHexCode, isSchemeCode } from './character-classes.ts'
import { printHostPort, readHost, readPort } from './host-port.ts'
import { Params } from './params.ts'
import { Scanner } from './scanner.ts'
import { SipParseError, UnsupportedScheme } from './sip-parse-error.ts'

/** A SIP or SIPS URI (RFC 3261 §19.1). */
export interface SipUri {
  readonly scheme: 'sip' | 'sips'
  /** As written, escapes and all; undefined when there is no user part. */
  readonly user: string | undefined
  readonly password: string | undefined
  /** Lower case, IPv6 without brackets. */
  readonly host: string
  readonly port: number | undefined
  readonly params: Params
  /** What follows `?`, as written. */
  readonly headers: string | undefined
}

/** Throws SipParseError 400, or UnsupportedScheme 416 for anything but sip and sips. */
export function parseUri(text: string): SipUri {
  const scheme = uriScheme(text)
  if (scheme !== 'sip' && scheme !== 'sips') throw new UnsupportedScheme(scheme)
  const start = scheme.length + 1
  // RFC 3261 §25.1: `?` and `;` are ordinary characters of a user part, `@` is of none.
  const at = text.indexOf('@', start)
  const question = text.indexOf('?', at < 0 ? start : at)
  const userInfo = at < 0 ? undefined : text.slice(start, at)
  if (userInfo !== undefined) checkUserInfo(userInfo)
  const colon = userInfo === undefined ? -1 : userInfo.indexOf(':')
  const scanner = new Scanner(question < 0 ? text : text.slice(0, question), at < 0 ? start : at + 1)
  const host = readHost(scanner).toLowerCase()
  const port = scanner.isAt(0x3a) ? readPort(scanner) : undefined
  const params = readUriParams(scanner.text.slice(scanner.position))
  return {
    scheme,
    user: colon < 0 ? userInfo : userInfo?.slice(0, colon),
    password: colon < 0 ? undefined : userInfo?.slice(colon + 1),
    host,
    port,
    params,
    headers: question < 0 ? undefined : text.slice(question + 1),
  }
}

export function printUri(uri: SipUri): string {
  const password = uri.password === undefined ? '' : `:${uri.password}`
  const userInfo = uri.user === undefined ? '' : `${uri.user}${password}@`
  const headers = uri.headers === undefined ? '' : `?${uri.headers}`
  return `${uri.scheme}:${userInfo}${printHostPort(uri.host, uri.port)}${printUriParams(uri.params)}${headers}`
}

/** The scheme of any URI, lower case. Throws SipParseError 400 when there is none. */
export function uriScheme(text: string): string {
  let end = 0
  while (end < text.length && isSchemeCode(text.charCodeAt(end))) end++
  if (end === 0 || end === text.length || text.charCodeAt(end) !== 0x3a) throw new SipParseError('Bad URI')
  return text.slice(0, end).toLowerCase()
}

/** `;name=value…` of a URI: no blanks and no quoted strings, unlike header parameters. */
export function readUriParams(text: string): Params {
  const params = new Params()
  if (text === '') return params
  if (text.charCodeAt(0) !== 0x3b) throw new SipParseError('Bad URI')
  for (const part of text.slice(1).split(';')) {
    const equals = part.indexOf('=')
    const name = equals < 0 ? part : part.slice(0, equals)
    checkPart(part)
    if (name === '') throw new SipParseError('Bad URI Parameter')
    params.add(name, equals < 0 ? true : part.slice(equals + 1), false)
  }
  return params
}

export function printUriParams(params: Params): string {
  let text = ''
  for (const [name, value] of params) text += value === true ? `;${name}` : `;${name}=${value}`
  return text
}

function checkUserInfo(text: string): void {
  if (text === '' || text.startsWith(':')) throw new SipParseError('Empty User In URI')
  checkPart(text)
}

/** Lenient about which characters stand unescaped (`#` is common), strict about those that would change the meaning. */
function checkPart(text: string): void {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code <= 0x20 || code === 0x22 || code === 0x3c || code === 0x3e || code === 0x7f)
      throw new SipParseError('Bad Character In URI')
    if (code === 0x25 && !isHexPair(text, i + 1)) throw new SipParseError('Bad Escape In URI')
  }
}

const isHexPair = (text: string, at: number): boolean =>
  at + 1 < text.length && isHexCode(text.charCodeAt(at)) && isHexCode(text.charCodeAt(at + 1))
