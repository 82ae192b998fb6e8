import { SipRequest } from '../message/message.ts'

/** The CANCEL that goes with an INVITE (RFC 3261 §9.1), for what applications are shown. */
export function cancelOf(invite: SipRequest, extra: readonly (readonly [string, string])[] = []): SipRequest {
  return new SipRequest('CANCEL', invite.uri, [
    ['Via', invite.get('via') ?? 'SIP/2.0/UDP invalid'],
    ['Max-Forwards', '70'],
    ['From', invite.get('from') ?? ''],
    ['To', invite.get('to') ?? ''],
    ['Call-ID', invite.callId],
    ['CSeq', `${invite.cseq.number} CANCEL`],
    ...extra,
  ])
}
