import { CallAborted, CallRejected } from '../../domain/call-rejected.ts'
import { GatewayError } from '../../domain/gateway-error.ts'
import { causeInReason, reasonOfCause } from '../../domain/q850.ts'
import { retryAfterMsOf } from '../../domain/retry-after.ts'
import type { RouteTarget } from '../../domain/route.ts'
import type { InviteOptions, SipDialog, SipHeaders, SipResponseView } from '../../domain/sip.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { MediaSession, PbxOutcome, PbxWitness } from '../neighbours.ts'
import { askedEarlyMedia, earlyMediaUnder } from './early-media.ts'
import { offeredExtensions } from './extensions.ts'
import { type LimitedLeg, limitedLeg } from './leg-limit.ts'
import { withAttached } from './multipart-body.ts'
import { OutsideCallRefused } from './outside-call-refused.ts'
import type { PreparedLeg } from './prepared-leg.ts'
import { askedSessionTimer } from './session-timer.ts'

export interface LegNetwork {
  invite(uri: string, options: InviteOptions & { readonly body: string }): Promise<SipDialog>
}

export interface LegOrder {
  readonly target: RouteTarget
  prepare(): PreparedLeg | Promise<PreparedLeg>
  openMedia(leg: PreparedLeg): MediaSession
  /** SDP of the caller; empty when it made no offer. */
  readonly offer: string
  readonly headers: SipHeaders
  readonly ringMs: number
  /** How long to wait for the first word of the target before the next one is tried; undefined: as long as it may ring. */
  readonly silentMs?: number | undefined
  onProgress(response: SipResponseView, media: MediaSession): void
  /** It was tried in vain: nothing rings there any more. */
  onFailed?(): void
  /** Takes the target's own offer when the caller made none; resolves to the caller's answer. */
  answerOffer(sdp: string, media: MediaSession): Promise<string>
}

/** `release` gives back what the leg holds; call it once, when the call is over. */
export interface AnsweredLeg extends LimitedLeg {
  readonly kind: 'answered'
  readonly target: RouteTarget
  readonly dialog: SipDialog
  readonly media: MediaSession
  readonly tookMs: number
}

export interface FailedLeg {
  readonly kind: 'failed'
  readonly target: RouteTarget
  readonly path: RouteTarget['path']
  readonly status: number
  readonly reason: string
  readonly response: SipResponseView | undefined
  /** The box itself has refused it, and would refuse other targets for the same call. */
  readonly isFinal?: boolean
  /** It was reached, and nobody answered for as long as it may ring. */
  readonly rangInVain?: boolean
  /** It rang before it was given up. */
  readonly hasRung?: true
  readonly tookMs: number
  /** The box itself would not or could not: nothing is known of the target. */
  readonly byBox?: true
}

const noAnswer = 19
/** Q.850: the switch that says so, and no line beyond it. */
const switchCongested = 42
/** A mobile network may look for a phone so long and say nothing but 100, which does not come up to here. */
const patientMs = 8_000

type Trouble = Pick<
  FailedLeg,
  'status' | 'reason' | 'response' | 'isFinal' | 'rangInVain' | 'hasRung' | 'byBox'
>

/** One target of a call while it is tried. `run` always comes to an end and never rejects. */
export class OutgoingLeg {
  readonly #order: LegOrder
  readonly #network: LegNetwork
  readonly #witness: PbxWitness
  readonly #clock: Clock
  readonly #log: Log
  readonly #abort = new AbortController()
  #isSeen = false
  #hasRung = false
  /** How long it was tried in vain. */
  #triedMs: number | undefined
  #isAbandoned = false

  constructor(order: LegOrder, network: LegNetwork, witness: PbxWitness, clock: Clock, log: Log) {
    this.#order = order
    this.#network = network
    this.#witness = witness
    this.#clock = clock
    this.#log = log
  }

  get target(): RouteTarget {
    return this.#order.target
  }

  /** Nothing at all was heard from the target yet. */
  get isSilent(): boolean {
    return !this.#isSeen
  }

  /** `reason`: the Reason header of the CANCEL (RFC 3326). */
  cancel(reason?: string): void {
    this.#abort.abort(reason)
  }

  /** The target is known to be gone: the next one may be tried at once. */
  abandon(): void {
    this.#isAbandoned = true
    this.cancel()
  }

  async run(): Promise<AnsweredLeg | FailedLeg> {
    const startedAt = this.#clock.now()
    const { target, ringMs } = this.#order
    const mostMs = Math.min(ringMs, (target.ringSeconds ?? Number.POSITIVE_INFINITY) * 1_000)
    const ringing = this.#clock.after(mostMs, () => {
      this.#triedMs = mostMs
      this.cancel(reasonOfCause(noAnswer))
    })
    const { silentMs } = this.#order
    const silence =
      silentMs === undefined
        ? undefined
        : this.#clock.after(silentMs, () => {
            if (this.isSilent) this.abandon()
          })
    try {
      return { ...(await this.#call()), kind: 'answered', target, tookMs: this.#clock.now() - startedAt }
    } catch (error) {
      const trouble = this.#troubleOf(error)
      this.#order.onFailed?.()
      return { kind: 'failed', target, path: target.path, tookMs: this.#clock.now() - startedAt, ...trouble }
    } finally {
      ringing.cancel()
      silence?.cancel()
    }
  }

  async #call(): Promise<Omit<AnsweredLeg, 'kind' | 'target' | 'tookMs'>> {
    const leg = await this.#order.prepare()
    const media = this.#order.openMedia(leg)
    try {
      const dialog = await this.#invite(leg, media)
      leg.answered?.()
      this.#report('answered')
      return { dialog, media, ...limitedLeg(leg, this.#clock) }
    } catch (error) {
      media.end()
      leg.release()
      throw error
    }
  }

  async #invite(leg: PreparedLeg, media: MediaSession): Promise<SipDialog> {
    const { offer, headers } = this.#order
    const { policy } = leg
    const sdp = offer === '' ? '' : await media.offer('caller', offer)
    const { body, headers: ofBody } = withAttached(sdp, leg.attached)
    return this.#network.invite(leg.uri, {
      from: leg.from,
      ...(leg.to !== undefined && { to: leg.to }),
      ...(leg.contact !== undefined && { contact: leg.contact }),
      ...(leg.proxy !== undefined && { proxy: leg.proxy }),
      ...(leg.account !== undefined && { account: leg.account }),
      headers: {
        ...headers,
        // RFC 3262 §5: a reliable response would bring the offer that an INVITE without one waits for, too early.
        ...offeredExtensions(offer === '' ? undefined : policy),
        ...askedSessionTimer(policy?.sessionTimer),
        ...askedEarlyMedia(policy),
        ...leg.headers,
        ...ofBody,
      },
      body,
      signal: this.#abort.signal,
      onProgress: (response) => this.#progress(earlyMediaUnder(policy, response), media),
      ...(offer === '' && { onOffer: (sdp: string) => this.#order.answerOffer(sdp, media) }),
    })
  }

  #progress(response: SipResponseView, media: MediaSession): void {
    if (!this.#isSeen) this.#report('answered')
    this.#isSeen = true
    this.#hasRung ||= response.status === 180
    this.#order.onProgress(response, media)
  }

  #troubleOf(error: unknown): Trouble {
    if (error instanceof CallRejected) return this.#rejected(error)
    if (error instanceof CallAborted && this.#triedMs !== undefined) return this.#unanswered(this.#triedMs)
    if (error instanceof CallAborted && this.#isAbandoned) {
      const reason = 'No Longer Reachable'
      return { status: 503, reason, response: undefined, ...(this.#hasRung && { hasRung: true }) }
    }
    if (error instanceof OutsideCallRefused) {
      return {
        status: error.sipStatus,
        reason: error.message,
        response: undefined,
        isFinal: true,
        byBox: true,
      }
    }
    if (error instanceof GatewayError) {
      const { sipStatus: status, message: reason, fault } = error
      return { status, reason, response: undefined, ...(fault !== 'network' && { byBox: true as const }) }
    }
    this.#log.error({ target: this.target.label, stack: stackOf(error) }, 'outgoing call leg failed')
    return { status: 500, reason: 'Server Internal Error', response: undefined, byBox: true }
  }

  #unanswered(afterMs: number): Trouble {
    if (this.#isSeen) return { status: 480, reason: 'No Answer', response: undefined, rangInVain: true }
    this.#report('timeout')
    // Timer B would have said so later (RFC 3261 §17.1.1.2); until then a dead line is no person who is out.
    if (afterMs >= patientMs) return { status: 408, reason: 'Request Timeout', response: undefined }
    return { status: 480, reason: 'No Answer', response: undefined }
  }

  #rejected({ sipStatus, message, response }: CallRejected): Trouble {
    if (response) this.#reportRefusal(response)
    if (response && isChallenge(sipStatus) && this.target.path === 'pbx')
      this.#witness.heard?.(this.target.label, 'INVITE', response)
    // The PBX has phones of its own: those that are registered at both must not ring once more.
    const rangInVain = this.target.path === 'pbx' && this.#hasRung && sipStatus === 480
    return {
      status: sipStatus,
      reason: response?.reason ?? message,
      response,
      ...(rangInVain && { rangInVain }),
    }
  }

  #reportRefusal(response: SipResponseView): void {
    const { status, isLocal } = response
    if (isLocal && status !== 408) this.#report('unreachable')
    // What became of a phone that rings behind the PBX says nothing of the PBX.
    else if (isLocal && !this.#isSeen) this.#report('timeout')
    else if (!isLocal && this.#isOverload(response)) this.#report('unavailable', retryAfterMsOf(response))
    else if (!isLocal) this.#report(isChallenge(status) ? 'challenged' : 'answered')
  }

  /** A network behind the PBX that has no room says so with a cause of its own. */
  #isOverload(response: SipResponseView): boolean {
    if (response.status !== 503 || this.#isSeen) return false
    const cause = causeInReason(response.headers('reason').join(', '))
    return cause === undefined || cause === switchCongested
  }

  #report(outcome: PbxOutcome, retryAfterMs?: number): void {
    if (this.target.path !== 'pbx') return
    this.#witness.saw(this.target.label, outcome, { retryAfterMs })
  }
}

function isChallenge(status: number): boolean {
  return status === 401 || status === 407
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : String(error)
}
