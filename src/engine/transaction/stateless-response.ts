import { fnv1a } from '../../lib/fnv1a.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import { responseTo } from '../message/response.ts'

/** A response that leaves no transaction behind. Retransmissions of the request get the same one (RFC 3261 §8.2.7). */
export function statelessResponseTo(request: SipRequest, status: number, reason?: string): SipResponse {
  return responseTo(request, status, reason, { toTag: statelessTag(request) })
}

/** The same for each retransmission: a hash of what identifies the request. */
function statelessTag(request: SipRequest): string {
  const identity = `${request.get('via')} ${request.get('call-id')} ${request.get('cseq')}`
  return `s${fnv1a(identity).toString(36)}`
}
