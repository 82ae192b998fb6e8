import type { PbxEntry } from '../../config/sections/pbxs.ts'
import type { SipResponseView, SipStack } from '../../domain/sip.ts'
import type { Clock } from '../../lib/clock.ts'
import { type Boxed, within } from '../../lib/time-box.ts'
import { pbxUri } from './pbx-uri.ts'

/** How an OPTIONS went. */
export interface AskedOptions {
  /** `too-late` after the time that the PBX has for it. */
  readonly answer: Boxed<SipResponseView>
  readonly tookMs: number
  /** This box itself stood still meanwhile: the answer may lie unread. */
  readonly isOwnDelay: boolean
  /** What came after all, or did not. Never rejects. */
  readonly inTheEnd: Promise<Boxed<SipResponseView>>
}

/** How long an answer that comes too late is still waited for. */
const longestWaitMs = 4_000
/** A timer this late was kept waiting by this box. */
const ownDelayMs = 250

/** Asks a PBX by OPTIONS whether it is there. Never rejects; `abort` ends it at once. */
export async function askOptions(
  { server, transport, domain, optionsTimeoutMs }: PbxEntry,
  stack: Pick<SipStack, 'request'>,
  clock: Clock,
  abort: AbortController,
): Promise<AskedOptions> {
  const askedAt = clock.now()
  const inTheEnd = within(Math.max(longestWaitMs, optionsTimeoutMs), clock, (late) => {
    late.addEventListener('abort', () => abort.abort(), { once: true })
    return stack.request('OPTIONS', `sip:${domain}`, {
      headers: { From: `<sip:causeway@${domain}>`, Accept: 'application/sdp' },
      proxy: pbxUri({ server, transport }),
      signal: abort.signal,
    })
  })
  const inTime = await within(optionsTimeoutMs, clock, () => inTheEnd)
  const answer: Boxed<SipResponseView> = inTime.kind === 'value' ? inTime.value : { kind: 'too-late' }
  const tookMs = clock.now() - askedAt
  return {
    answer,
    tookMs,
    isOwnDelay: answer.kind === 'too-late' && tookMs > optionsTimeoutMs + ownDelayMs,
    inTheEnd,
  }
}
