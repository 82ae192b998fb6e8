import type { HeaderLine } from './header-section.ts'
import { type SipRequest, SipResponse } from './message.ts'
import { NameAddr, printNameAddr } from './name-addr.ts'
import { reasonPhrase } from './reason-phrase.ts'
import { SipParseError } from './sip-parse-error.ts'

export { reasonPhrase } from './reason-phrase.ts'

export interface ResponseOptions {
  /** Goes into To when the request has no To tag. Leave it out for 100 (RFC 3261 §8.2.6.2). */
  readonly toTag?: string | undefined
}

/**
 * The response to a request with the headers that RFC 3261 §8.2.6.2 has it copy: every Via, From, To, Call-ID, CSeq,
 * and Timestamp into a 100. Works on the `partial` of a SipParseError too: what was not there is left out.
 */
export function responseTo(
  request: SipRequest,
  status: number,
  reason = reasonPhrase(status),
  options: ResponseOptions = {},
): SipResponse {
  const response = new SipResponse(status, reason)
  const lines: HeaderLine[] = []
  for (const line of request.headerLines()) if (isCopied(line.key, status)) lines.push(line)
  response.adoptLines(lines)
  if (options.toTag !== undefined) {
    const to = withTag(request, options.toTag)
    if (to !== undefined) response.set('to', to)
  }
  return response
}

function isCopied(key: string, status: number): boolean {
  switch (key) {
    case 'via':
    case 'from':
    case 'to':
    case 'call-id':
    case 'cseq':
      return true
    case 'timestamp':
      return status === 100
    default:
      return false
  }
}

/** Undefined for a To that has a tag, is missing or cannot be read: it goes back as it came. */
function withTag(request: SipRequest, tag: string): string | undefined {
  try {
    const { displayName, uri, params } = request.to
    if (!params.has('tag')) return `${request.get('to')};tag=${tag}`
    // A tag without a value is none, and with a second one nobody could read the header.
    return request.to.tag === undefined
      ? printNameAddr(new NameAddr(displayName, uri, params.clone().set('tag', tag)))
      : undefined
  } catch (error) {
    if (error instanceof SipParseError) return undefined
    throw error
  }
}
