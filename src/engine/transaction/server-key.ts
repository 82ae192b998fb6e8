import type { SipRequest } from '../message/message.ts'

/**
 * What identifies the transaction of a request (RFC 3261 §17.2.3). `method` is that of the transaction looked for:
 * `INVITE` for an ACK or a CANCEL. Without the magic cookie of RFC 3261 the rules of RFC 2543 hold; the To tag is
 * left out, so that an ACK is found too.
 */
export function serverKey(request: SipRequest, method: string): string {
  const via = request.topVia
  const branch = via.branch ?? ''
  const sentBy = `${branch} ${via.host}:${via.port ?? ''}`
  if (hasMagicCookie(branch)) return `${sentBy} ${method}`
  return `${sentBy} ${method} ${request.callId} ${request.cseq.number} ${request.from.tag ?? ''} ${request.uri}`
}

function hasMagicCookie(branch: string): boolean {
  return branch.startsWith('z9hG4bK') || branch.slice(0, 7).toLowerCase() === 'z9hg4bk'
}
