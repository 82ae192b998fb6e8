import { CallAborted, CallRejected } from '../domain/call-rejected.ts'
import { GatewayError } from '../domain/gateway-error.ts'
import type { RouteTarget } from '../domain/route.ts'
import type { InviteOptions, SipDialog, SipHeaders, SipResponseView } from '../domain/sip.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { MediaSession, PbxWitness } from './neighbours.ts'
import type { PreparedLeg } from './prepared-leg.ts'

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
  onProgress(response: SipResponseView, media: MediaSession): void
  /** Takes the target's own offer when the caller made none; resolves to the caller's answer. */
  answerOffer(sdp: string, media: MediaSession): Promise<string>
}

export interface AnsweredLeg {
  readonly kind: 'answered'
  readonly target: RouteTarget
  readonly dialog: SipDialog
  readonly media: MediaSession
  readonly tookMs: number
  /** Gives back what the leg holds; call it once, when the call is over. */
  release(): void
}

export interface FailedLeg {
  readonly kind: 'failed'
  readonly target: RouteTarget
  readonly path: RouteTarget['path']
  readonly status: number
  readonly reason: string
  readonly response: SipResponseView | undefined
  readonly tookMs: number
}

type Trouble = Pick<FailedLeg, 'status' | 'reason' | 'response'>

/** One target of a call while it is tried. `run` always comes to an end and never rejects. */
export class OutgoingLeg {
  readonly #order: LegOrder
  readonly #network: LegNetwork
  readonly #witness: PbxWitness
  readonly #clock: Clock
  readonly #log: Log
  readonly #abort = new AbortController()
  #isSeen = false
  #rangTooLong = false
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

  cancel(): void {
    this.#abort.abort()
  }

  /** The target is known to be gone: the next one may be tried at once. */
  abandon(): void {
    this.#isAbandoned = true
    this.cancel()
  }

  async run(): Promise<AnsweredLeg | FailedLeg> {
    const startedAt = this.#clock.now()
    const { target, ringMs } = this.#order
    const ringing = this.#clock.after(ringMs, () => {
      this.#rangTooLong = true
      this.cancel()
    })
    try {
      return { ...(await this.#call()), kind: 'answered', target, tookMs: this.#clock.now() - startedAt }
    } catch (error) {
      const trouble = this.#troubleOf(error)
      return { kind: 'failed', target, path: target.path, tookMs: this.#clock.now() - startedAt, ...trouble }
    } finally {
      ringing.cancel()
    }
  }

  async #call(): Promise<Pick<AnsweredLeg, 'dialog' | 'media' | 'release'>> {
    const leg = await this.#order.prepare()
    const media = this.#order.openMedia(leg)
    try {
      const dialog = await this.#invite(leg, media)
      leg.answered?.()
      this.#report('answered')
      return { dialog, media, release: () => leg.release() }
    } catch (error) {
      media.end()
      leg.release()
      throw error
    }
  }

  async #invite(leg: PreparedLeg, media: MediaSession): Promise<SipDialog> {
    const { offer, headers } = this.#order
    const body = offer === '' ? '' : await media.offer('caller', offer)
    return this.#network.invite(leg.uri, {
      from: leg.from,
      ...(leg.to !== undefined && { to: leg.to }),
      ...(leg.contact !== undefined && { contact: leg.contact }),
      ...(leg.proxy !== undefined && { proxy: leg.proxy }),
      ...(leg.account !== undefined && { account: leg.account }),
      headers: { ...headers, ...leg.headers },
      body,
      signal: this.#abort.signal,
      onProgress: (response) => this.#progress(response, media),
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
    if (error instanceof CallAborted && this.#rangTooLong) {
      if (!this.#isSeen) this.#report('timeout')
      return { status: 480, reason: 'No Answer', response: undefined }
    }
    if (error instanceof CallAborted && this.#isAbandoned) {
      return { status: 503, reason: 'No Longer Reachable', response: undefined }
    }
    if (error instanceof GatewayError) {
      return { status: error.sipStatus, reason: error.message, response: undefined }
    }
    this.#log.error({ target: this.target.label, stack: stackOf(error) }, 'outgoing call leg failed')
    return { status: 500, reason: 'Server Internal Error', response: undefined }
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
