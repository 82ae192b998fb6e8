import { GatewayError } from '../domain/gateway-error.ts'
import type { Log } from '../lib/log.ts'
import type { MediaDialect } from './media-dialect.ts'
import type { MediaRelay, RelayedExchange } from './media-relay.ts'
import { type MediaSession, otherSide, type Side } from './media-session.ts'

/** Who of the two speaks what. */
export type Dialects = Readonly<Record<Side, MediaDialect>>

interface Offered {
  readonly from: Side
  readonly offer: string
}

/** The media of one pair of legs while it goes through the relay. */
export class RelayedSession implements MediaSession {
  readonly #relay: MediaRelay
  readonly #callId: string
  readonly #dialects: Dialects
  readonly #whenRelayFails: 'direct' | 'refuse'
  readonly #log: Log
  /** Until one offer has gone through the relay, its failure can still be hidden from both ends. */
  #state: 'untried' | 'relayed' | 'direct' = 'untried'
  #offered: Offered | undefined
  /** The last exchange that was completed. */
  #agreed: (Offered & { readonly answer: string }) | undefined
  #isOver = false

  constructor(
    relay: MediaRelay,
    callId: string,
    dialects: Dialects,
    whenRelayFails: 'direct' | 'refuse',
    log: Log,
  ) {
    this.#relay = relay
    this.#callId = callId
    this.#dialects = dialects
    this.#whenRelayFails = whenRelayFails
    this.#log = log
  }

  async offer(from: Side, sdp: string): Promise<string> {
    if (this.#state === 'direct' || sdp === '') return sdp
    try {
      const relayed = await this.#relay.offer(this.#exchange(from), sdp, this.#dialects[otherSide(from)])
      this.#state = 'relayed'
      this.#offered = { from, offer: sdp }
      return relayed
    } catch (error) {
      const mayGoDirect = this.#state === 'untried' && this.#whenRelayFails === 'direct'
      if (!(error instanceof GatewayError) || !mayGoDirect) throw error
      this.#log.warn({ callId: this.#callId, error: error.message }, 'media goes directly')
      this.#state = 'direct'
      return sdp
    }
  }

  async answer(from: Side, sdp: string): Promise<string> {
    if (this.#state === 'direct' || sdp === '') return sdp
    const relayed = await this.#answer(from, sdp)
    if (this.#offered) this.#agreed = { ...this.#offered, answer: sdp }
    return relayed
  }

  /** The relay acts on an offer at once: only the same exchange once more takes it back. */
  async refused(): Promise<void> {
    if (!this.#agreed || this.#isOver) return
    const { from, offer, answer } = this.#agreed
    try {
      await this.offer(from, offer)
      await this.answer(otherSide(from), answer)
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      this.#log.warn({ callId: this.#callId, error: error.message }, 'refused media not taken back')
    }
  }

  async lastHeard(from: Side): Promise<number | undefined> {
    if (this.#state !== 'relayed' || this.#isOver) return undefined
    return (await this.#relay.lastHeard?.(this.#callId))?.get(from)
  }

  #answer(from: Side, sdp: string): Promise<string> {
    return this.#relay.answer(this.#exchange(otherSide(from)), sdp, this.#dialects[otherSide(from)])
  }

  end(): void {
    if (this.#isOver || this.#state === 'untried') return
    this.#isOver = true
    this.#relay.delete(this.#callId).catch((error: unknown) => {
      // The relay frees the ports by itself when no media comes any more.
      this.#log.warn({ callId: this.#callId, error: String(error) }, 'media relay not told of the end')
    })
  }

  #exchange(offerer: Side): RelayedExchange {
    return { callId: this.#callId, offerer, answerer: otherSide(offerer) }
  }
}
