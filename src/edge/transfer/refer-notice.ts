import type { SipDialog } from '../../domain/sip.ts'

/** Tells the one who transfers how it goes (RFC 3515 §2.4.5). Nothing depends on whether it listens. */
export function notifyReferrer(dialog: SipDialog, status: number, reason: string): void {
  const isFinal = status >= 200
  dialog
    .request('NOTIFY', {
      headers: {
        Event: 'refer',
        'Subscription-State': isFinal ? 'terminated;reason=noresource' : 'active;expires=120',
        'Content-Type': 'message/sipfrag;version=2.0',
      },
      body: `SIP/2.0 ${status} ${reason}\r\n`,
    })
    .catch(() => undefined) // it has hung up
}
