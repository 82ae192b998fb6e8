import type { IncomingInvite } from '../domain/sip.ts'
import type { Clock } from '../lib/clock.ts'
import type { Admission } from './admission/admission.ts'
import type { DecisionRecords } from './neighbours.ts'

type Refused = Omit<Extract<Admission, { kind: 'refused' }>, 'kind'>

/** Answers an INVITE that is not let in, and keeps why; a challenge is no refusal. */
export async function refuseInvite(
  invite: IncomingInvite,
  { status, headers, why }: Refused,
  { clock, decisions }: { readonly clock: Clock; readonly decisions: DecisionRecords },
): Promise<void> {
  const from = invite.header('from') ?? ''
  if (status !== 401 && status !== 407) {
    decisions.keep({
      callId: invite.callId,
      startedAt: clock.now(),
      from,
      to: invite.uri,
      steps: [
        {
          atMs: 0,
          step: 'admission',
          asked: `${from} from ${invite.source.address}:${invite.source.port}`,
          answer: String(status),
          tookMs: 0,
          why,
        },
      ],
      status,
    })
  }
  await invite.respond(status, { headers })
}
