import { SipRequest, type SipResponse } from '../message/message.ts'
import type { ExtraHeaders, SentRequest } from './client-attempt.ts'

/** The ACK for a final response that is no 2xx (RFC 3261 §17.1.1.3). */
export function ackFor(sent: SentRequest, response: SipResponse): SipRequest {
  return sameHop(sent, 'ACK', response.get('to') ?? '', [])
}

/** RFC 3261 §9.1. */
export function cancelFor(sent: SentRequest, extraHeaders: ExtraHeaders): SipRequest {
  return sameHop(sent, 'CANCEL', sent.request.get('to') ?? '', extraHeaders)
}

function sameHop({ request, via }: SentRequest, method: string, to: string, extra: ExtraHeaders): SipRequest {
  return new SipRequest(method, request.uri, [
    ['Via', via],
    ['Max-Forwards', '70'],
    ...request.getAll('route').map((value) => ['Route', value] as const),
    ['From', request.get('from') ?? ''],
    ['To', to],
    ['Call-ID', request.callId],
    ['CSeq', `${request.cseq.number} ${method}`],
    ...extra,
  ])
}
