import { trimTrailingBlanks } from './blanks.ts'
import { isToken } from './character-classes.ts'
import { SipRequest, SipResponse } from './message.ts'
import { hasScheme } from './name-addr.ts'
import { SipParseError } from './sip-parse-error.ts'

/** The message that a start line opens, and what was wrong with the line if it can still be answered. */
export interface StartLine {
  readonly message: SipRequest | SipResponse
  readonly error: SipParseError | undefined
  /** True when the message prints the same line. */
  readonly isCanonical: boolean
}

/** Throws SipParseError for a line that is neither a request's nor a response's. */
export function readStartLine(line: string): StartLine {
  if (line.startsWith('SIP/2.0 ')) return readStatus(line)
  const methodEnd = line.indexOf(' ')
  const uriEnd = line.lastIndexOf(' ')
  if (methodEnd > 0 && line.endsWith(' SIP/2.0')) {
    const uri = line.slice(methodEnd + 1, uriEnd)
    if (hasScheme(uri)) return good(new SipRequest(line.slice(0, methodEnd), uri), true)
  }
  return readOddStartLine(line)
}

const good = (message: SipRequest | SipResponse, isCanonical: boolean): StartLine => ({
  message,
  error: undefined,
  isCanonical,
})

const bad = (message: SipRequest, error: SipParseError): StartLine => ({ message, error, isCanonical: false })

function readStatus(line: string): StartLine {
  const match = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/is.exec(line)
  if (!match) throw new SipParseError('Bad Status Line')
  const [, status, reason] = match
  return good(new SipResponse(Number(status), reason ?? ''), reason !== undefined && line.startsWith('SIP'))
}

/** What is not in the usual shape: the version in lower case, another version, or a broken Request-URI. */
function readOddStartLine(line: string): StartLine {
  if (/^SIP\/2\.0 /i.test(line)) return readStatus(line)
  const content = trimTrailingBlanks(line)
  const method = content.slice(0, Math.max(content.indexOf(' '), 0))
  const version = content.slice(Math.max(content.lastIndexOf(' '), content.lastIndexOf('\t')) + 1)
  if (!isToken(method) || !/^SIP\/\d+\.\d+$/i.test(version)) throw new SipParseError('Bad Start Line')
  const uri = trimTrailingBlanks(content.slice(method.length + 1, content.length - version.length))
  const isReadable = hasScheme(uri)
  const message = new SipRequest(method, isReadable ? uri : 'sip:unreadable.invalid')
  if (version.toUpperCase() !== 'SIP/2.0')
    return bad(message, new SipParseError('Version Not Supported', 505))
  if (!isReadable) return bad(message, new SipParseError('Bad Request-URI'))
  const isExact = line === `${method} ${uri} ${version}`
  return isExact ? good(message, false) : bad(message, new SipParseError('Bad Request Line'))
}
