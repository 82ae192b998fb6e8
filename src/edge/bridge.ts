import { CallRejected } from '../domain/call-rejected.ts'
import { GatewayError } from '../domain/gateway-error.ts'
import { causeInReason } from '../domain/q850.ts'
import { answerToRefresh } from '../domain/session-refresh.ts'
import type { DialogEnd, IncomingOffer, IncomingRequest, SipDialog, SipHeaders } from '../domain/sip.ts'
import type { Log } from '../lib/log.ts'
import { shortLived } from '../lib/short-lived.ts'
import { causeOfEnd } from './legs/end-cause.ts'
import { passedInDialog, passedOfResponse } from './legs/passed-headers.ts'
import type { MediaSession, MediaSide } from './neighbours.ts'

export interface BridgeEvents {
  /** Both legs are being hung up. Called once. `q850` when the far end gave it. */
  onEnd(by: MediaSide | 'box', cause: string, q850: number | undefined): void
  /** REFER of one side. */
  onRefer(side: MediaSide, request: IncomingRequest): void
}

/** How a call ends of which one leg goes on elsewhere. */
export interface Parting {
  readonly cause: string
  /** The other leg is not hung up: nobody is there who could hear it now. */
  readonly leavesOther: boolean
}

export interface BridgeEnds {
  readonly caller: SipDialog
  readonly callee: SipDialog
  readonly media: MediaSession
  /** Fires when the box has to end the call; its reason is the cause, in words. */
  readonly ends?: AbortSignal | undefined
}

const relayed = new Set(['INFO', 'MESSAGE', 'NOTIFY'])
/** Answers that say that a far end has no UPDATE. */
const isUnknown = new Set([405, 501])
/** NOTIFY of a transfer that came to nothing (RFC 3515 §2.4.5). */
const transferFailed = /^SIP\/2\.0 [3-6]\d\d\b/
const transferred: Parting = { cause: 'transferred', leavesOther: false }

/** Two answered legs as one call: what one side does in its dialog happens in the other's. */
export class Bridge {
  readonly #ends: BridgeEnds
  readonly #events: BridgeEvents
  readonly #log: Log
  #isOver = false
  #kept: MediaSide | undefined
  #otherLeft = false
  #isReferred = false
  /** Offers that wait for the other side's answer. */
  readonly #open = new Set<IncomingOffer>()
  readonly #onLimit = shortLived(() => void this.hangUp(String(this.#ends.ends?.reason)))

  constructor(ends: BridgeEnds, events: BridgeEvents, log: Log) {
    this.#ends = ends
    this.#events = events
    this.#log = log
  }

  join(): void {
    for (const side of ['caller', 'callee'] as const) {
      const dialog = this.#ends[side]
      dialog.onOffer((request) => this.#onOffer(side, request))
      dialog.onRequest((request) => this.#onRequest(side, request))
      dialog.onEnd((cause) => this.#onFarEnd(side, cause))
    }
    const { ends } = this.#ends
    if (ends?.aborted) this.#onLimit()
    else ends?.addEventListener('abort', this.#onLimit, { once: true })
  }

  get isOver(): boolean {
    return this.#isOver
  }

  leg(side: MediaSide): SipDialog {
    return this.#ends[side]
  }

  /** A transfer of one side is being tried. */
  get isInTransfer(): boolean {
    return this.#kept !== undefined
  }

  /** A far end transfers this call by rules of its own, which the box only passes on. */
  get isReferred(): boolean {
    return this.#isReferred
  }

  /** When media of this side was last heard, by the clock of the relay, ms since the Unix epoch; undefined: nobody can tell. */
  async lastHeard(side: MediaSide): Promise<number | undefined> {
    return await this.#ends.media.lastHeard?.(side)
  }

  /** While a transfer is tried, the end of the other leg does not end this one. */
  keep(side: MediaSide): void {
    this.#kept = side
  }

  /** No transfer is tried any more. When it came to nothing all is as before, or over if the other leg has left. */
  keepNoLonger(): void {
    this.#kept = undefined
    if (this.#otherLeft) void this.hangUp('transfer failed')
  }

  /** Lets one leg go to another call, and hangs up the other one unless it is to be left as it is. */
  handOver(side: MediaSide, { cause, leavesOther }: Parting = transferred): SipDialog {
    if (!this.#close('box', cause)) return this.leg(side)
    if (leavesOther) this.#refuseOpenOffers()
    else if (!this.#otherLeft) void this.#bye(this.leg(otherSide(side)), {})
    return this.leg(side)
  }

  /** Resolves when both sides have been told, or cannot be. `reason`: the Reason header of the BYEs. */
  async hangUp(cause: string, reason = `Q.850 ;cause=16 ;text="${cause}"`): Promise<void> {
    if (!this.#close('box', cause, causeInReason(reason))) return
    const headers = { Reason: reason }
    await Promise.all([this.#bye(this.#ends.caller, headers), this.#bye(this.#ends.callee, headers)])
  }

  /** Passes a request of one side to the other and the answer back. */
  async relay(side: MediaSide, request: IncomingRequest): Promise<void> {
    const headers = passedInDialog(request)
    if (request.method === 'REFER') this.#isReferred = true
    if (request.method === 'NOTIFY' && transferFailed.test(request.body)) this.#isReferred = false
    const response = await this.leg(otherSide(side)).request(request.method, { headers, body: request.body })
    if (request.method === 'REFER' && response.status >= 300) this.#isReferred = false
    await request.respond(response.status, {
      reason: response.reason,
      headers: passedOfResponse(response),
      body: response.body,
    })
  }

  /** Sees a piece of work to its end: a request is answered whatever happens. */
  #attend(request: IncomingRequest, work: Promise<void>): void {
    work.catch(async (error: unknown) => {
      const status = error instanceof GatewayError ? error.sipStatus : 500
      if (!(error instanceof GatewayError)) {
        this.#log.error({ method: request.method, error: String(error) }, 'request in a call failed')
      }
      const headers = error instanceof CallRejected && error.response ? passedOfResponse(error.response) : {}
      await request.respond(status, { headers }).catch(() => undefined) // it was answered, or is gone
    })
  }

  #onOffer(side: MediaSide, request: IncomingOffer): void {
    this.#open.add(request)
    this.#attend(
      request,
      this.#relayOffer(side, request).finally(() => this.#open.delete(request)),
    )
  }

  /** Who waits for a far end that is gone can ask again at once (RFC 3261 §14.1), and is free for an offer of ours. */
  #refuseOpenOffers(): void {
    for (const offer of this.#open) {
      offer.respond(491).catch((error: unknown) => {
        this.#log.debug({ method: offer.method, error: String(error) }, 'offer was answered already')
      })
    }
  }

  #onRequest(side: MediaSide, request: IncomingRequest): void {
    if (request.method === 'REFER') this.#events.onRefer(side, request)
    else if (request.method === 'OPTIONS') this.#attend(request, request.respond(200))
    else if (relayed.has(request.method)) this.#attend(request, this.relay(side, request))
    else this.#attend(request, request.respond(request.method === 'SUBSCRIBE' ? 489 : 405))
  }

  async #relayOffer(side: MediaSide, request: IncomingOffer): Promise<void> {
    if (request.body === '') return this.#relayRequestForOffer(side, request)
    // RFC 4028 §7.4: it only keeps the session alive.
    const unchanged = answerToRefresh(request.body, this.leg(side))
    if (unchanged !== undefined) return request.respond(200, { body: unchanged })
    const { media } = this.#ends
    const offer = await media.offer(side, request.body)
    const answer = await this.#offerTo(otherSide(side), offer, request.method).catch(
      async (error: unknown) => {
        await media.refused?.()
        throw error
      },
    )
    await request.respond(200, { body: await media.answer(otherSide(side), answer) })
  }

  /** By the method that it came by; INVITE, which everybody knows, where UPDATE is not understood. */
  async #offerTo(side: MediaSide, offer: string, method: string): Promise<string> {
    if (method !== 'UPDATE') return await this.leg(side).offer(offer)
    try {
      return await this.leg(side).offer(offer, 'UPDATE')
    } catch (error) {
      if (error instanceof CallRejected && isUnknown.has(error.sipStatus))
        return await this.leg(side).offer(offer)
      throw error
    }
  }

  /** A re-INVITE without offer: the other side makes the offer, and the ACK brings the answer. */
  async #relayRequestForOffer(side: MediaSide, request: IncomingOffer): Promise<void> {
    const { media } = this.#ends
    const requested = await this.leg(otherSide(side)).requestOffer()
    let answer = ''
    try {
      await request.respond(200, { body: await media.offer(otherSide(side), requested.sdp) })
      answer = await media.answer(side, await request.acknowledged())
    } finally {
      requested.acknowledge(answer)
    }
  }

  #onFarEnd(side: MediaSide, { by, reason }: DialogEnd): void {
    if (this.#kept === otherSide(side)) {
      this.#otherLeft = true
      return
    }
    if (!this.#close(by === 'engine' ? 'box' : side, causeOfEnd(reason), causeInReason(reason))) return
    void this.#bye(this.leg(otherSide(side)), reason === undefined ? {} : { Reason: reason })
  }

  #close(by: MediaSide | 'box', cause: string, q850?: number): boolean {
    if (this.#isOver) return false
    this.#isOver = true
    this.#ends.ends?.removeEventListener('abort', this.#onLimit)
    this.#ends.media.end()
    this.#events.onEnd(by, cause, q850)
    return true
  }

  async #bye(dialog: SipDialog, headers: SipHeaders): Promise<void> {
    try {
      await dialog.hangUp(headers)
    } catch (error) {
      this.#log.debug({ dialog: dialog.id, error: String(error) }, 'BYE could not be sent')
    }
  }
}

export function otherSide(side: MediaSide): MediaSide {
  return side === 'caller' ? 'callee' : 'caller'
}
