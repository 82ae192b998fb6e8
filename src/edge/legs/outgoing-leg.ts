import { CallAborted, CallRejected } from '../../domain/call-rejected.ts'
import { GatewayError } from '../../domain/gateway-error.ts'
import { reasonOfCause } from '../../domain/q850.ts'
import type { RouteTarget } from '../../domain/route.ts'
import type { InviteOptions, SipDialog, SipHeaders, SipResponseView } from '../../domain/sip.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { MediaSession, PbxWitness } from '../neighbours.ts'
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
  readonly tookMs: number
  /** The box itself would not or could not: nothing is known of the target. */
  readonly byBox?: true
}

const noAnswer = 19
/** A mobile network may look for a phone so long and say nothing but 100, which does not come up to here. */
const patientMs = 8_000

type Trouble = Pick<FailedLeg, 'status' | 'reason' | 'response' | 'isFinal' | 'rangInVain' | 'byBox'>

/** One target of a call while it is tried. `run` always comes to an end and never rejects. */
export class OutgoingLeg {
  readonly #order: LegOrder
  readonly #network: LegNetwork
  readonly #witness: PbxWitness
  readonly #clock: Clock
  readonly #log: Log
  readonly #abort = new AbortController()
  #isSeen = false
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
    this.#order.onProgress(response, media)
  }

  #troubleOf(error: unknown): Trouble {
    if (error instanceof CallRejected) return this.#rejected(error)
    if (error instanceof CallAborted && this.#triedMs !== undefined) return this.#unanswered(this.#triedMs)
    if (error instanceof CallAborted && this.#isAbandoned) {
      return { status: 503, reason: 'No Longer Reachable', response: undefined }
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
    if (response?.isLocal) this.#report(sipStatus === 408 ? 'timeout' : 'unreachable')
    else this.#report(sipStatus === 503 ? 'unavailable' : 'answered')
    return { status: sipStatus, reason: response?.reason ?? message, response }
  }

  #report(outcome: Parameters<PbxWitness['saw']>[1]): void {
    if (this.target.path === 'pbx') this.#witness.saw(this.target.label, outcome)
  }
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : String(error)
}
