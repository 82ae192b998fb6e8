import { CallAborted } from '../domain/call-rejected.ts'
import { GatewayError } from '../domain/gateway-error.ts'
import type { CallQuestion, RouteTarget } from '../domain/route.ts'
import type { SipStack } from '../domain/sip.ts'
import type { LegPreparer, PreparedLeg } from '../edge/legs/prepared-leg.ts'
import type { Clock } from '../lib/clock.ts'
import { within } from '../lib/time-box.ts'
import type { Probe, ProbeAnswer } from '../survival/rehearsal/reach.ts'

export interface RehearsalProbeParts {
  readonly stack: Pick<SipStack, 'request' | 'invite'>
  readonly legs: LegPreparer
  readonly clock: Clock
}

const askWithinMs = 3_000
const ringWithinMs = 6_000
const callWithinMs = 30_000
const displayName = 'Rehearsal'
/** Of a call that is never talked in. */
const silentOffer = [
  'v=0',
  'o=- 0 0 IN IP4 127.0.0.1',
  's=rehearsal',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 9 RTP/AVP 8 0',
  'a=inactive',
  '',
].join('\r\n')
// RFC 7462: a phone that understands it rings as shortly and softly as it can.
const softly = { 'Alert-Info': '<urn:alert:duration:short>, <urn:alert:priority:low>' }

/** Sends to the places where calls would go what shows that somebody is there, by the very legs that calls would take. */
export class RehearsalProbe implements Probe {
  readonly #parts: RehearsalProbeParts

  constructor(parts: RehearsalProbeParts) {
    this.#parts = parts
  }

  ask(target: RouteTarget, question: CallQuestion, signal: AbortSignal): Promise<ProbeAnswer> {
    const { stack } = this.#parts
    return this.#byLeg(target, question, { signal, mostMs: askWithinMs }, async (leg, ends) => {
      const { uri, from, to, headers, proxy, account } = leg
      const { status } = await stack.request('OPTIONS', uri, {
        headers: { From: from, ...(to && { To: to }), Accept: 'application/sdp', ...headers },
        signal: ends,
        ...(proxy && { proxy }),
        ...(account && { account }),
      })
      return status
    })
  }

  ring(target: RouteTarget, question: CallQuestion, signal: AbortSignal): Promise<ProbeAnswer> {
    return this.#byLeg(target, question, { signal, mostMs: ringWithinMs }, async (leg, ends) => {
      const rings = new AbortController()
      let rang: number | undefined
      try {
        return await this.#invite(leg, AbortSignal.any([ends, rings.signal]), (status) => {
          if (status !== 180 && status !== 183) return
          rang = status
          rings.abort()
        })
      } catch (error) {
        if (error instanceof CallAborted && rang !== undefined) return rang
        throw error
      }
    })
  }

  call(target: RouteTarget, question: CallQuestion, signal: AbortSignal): Promise<ProbeAnswer> {
    return this.#byLeg(target, question, { signal, mostMs: callWithinMs }, (leg, ends) =>
      this.#invite(leg, ends),
    )
  }

  /** Resolves when it was answered and hung up. */
  async #invite(
    leg: PreparedLeg,
    signal: AbortSignal,
    onProgress?: (status: number) => void,
  ): Promise<number> {
    const { uri, from, to, contact, headers, proxy, account } = leg
    const dialog = await this.#parts.stack.invite(uri, {
      from,
      body: silentOffer,
      headers: { ...softly, ...headers },
      signal,
      onProgress: ({ status }) => onProgress?.(status),
      ...(to && { to }),
      ...(contact && { contact }),
      ...(proxy && { proxy }),
      ...(account && { account }),
    })
    leg.answered?.()
    await dialog.hangUp()
    return 200
  }

  async #byLeg(
    target: RouteTarget,
    question: CallQuestion,
    { signal, mostMs }: { readonly signal: AbortSignal; readonly mostMs: number },
    send: (leg: PreparedLeg, ends: AbortSignal) => Promise<number>,
  ): Promise<ProbeAnswer> {
    const { legs, clock } = this.#parts
    const began = clock.now()
    const outcome = await within(mostMs, clock, async (late) => {
      const leg = await legs.prepare(target, question, displayName)
      try {
        return await send(leg, AbortSignal.any([late, signal]))
      } finally {
        leg.release()
      }
    })
    return { status: statusOf(outcome), tookMs: clock.now() - began }
  }
}

function statusOf(outcome: Awaited<ReturnType<typeof within<number>>>): number {
  if (outcome.kind === 'value') return outcome.value
  if (outcome.kind === 'too-late' || outcome.error instanceof CallAborted) return 408
  if (outcome.error instanceof GatewayError) return outcome.error.sipStatus
  throw outcome.error
}
