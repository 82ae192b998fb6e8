import type { SipHeaders } from '../../domain/sip.ts'

/** A request as the control protocol wants it; the engine adds what it owns (Via, CSeq, tags, Content-Length). */
export function printRequest(method: string, uri: string, headers: SipHeaders, body = ''): string {
  return `${method} ${oneLine(uri)} SIP/2.0\r\n${printHeaders(headers, body)}\r\n${body}`
}

export function printResponse(status: number, reason: string, headers: SipHeaders, body = ''): string {
  return `SIP/2.0 ${status} ${oneLine(reason)}\r\n${printHeaders(headers, body)}\r\n${body}`
}

function printHeaders(headers: SipHeaders, body: string): string {
  let text = ''
  let hasContentType = false
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined) continue
    if (!hasContentType && name.length === 12 && name.toLowerCase() === 'content-type') hasContentType = true
    if (typeof value === 'string') text += `${name}: ${oneLine(value)}\r\n`
    else for (const each of value) text += `${name}: ${oneLine(each)}\r\n`
  }
  if (body !== '' && !hasContentType) {
    text += `Content-Type: ${body.startsWith('v=0') ? 'application/sdp' : 'text/plain'}\r\n`
  }
  return text
}

/** A line break in a value would let its writer add headers of his own. */
function oneLine(value: string): string {
  return /[\r\n]/.test(value) ? value.replace(/[\r\n]+/g, ' ') : value
}
