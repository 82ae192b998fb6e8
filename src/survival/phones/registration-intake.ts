import type { IncomingRequest, SipSource } from '../../domain/sip.ts'
import type { Clock } from '../../lib/clock.ts'
import { FairLine } from './fair-line.ts'

export interface RegistrationIntakeParts {
  readonly next: (request: IncomingRequest) => Promise<void>
  /** Seconds until one that is turned away may come again. */
  readonly retry: { next(): number }
  readonly clock: Clock
  readonly limits?: Partial<IntakeLimits>
}

export interface IntakeLimits {
  /** How many are begun before others, such as calls, have their turn. */
  readonly perTurn: number
  /** How many are begun and not answered yet, or wait to be begun. */
  readonly inHand: number
  /** One that had to wait for longer in the line is turned away: its phone has given it up, or will soon. */
  readonly longestWaitMs: number
}

const usualLimits: IntakeLimits = { perTurn: 8, inHand: 4_000, longestWaitMs: 5_000 }

interface Waiting {
  readonly since: number
  /** Told whether it is begun; otherwise it is turned away. */
  readonly end: (isBegun: boolean) => void
}

/**
 * REGISTERs as they come, thousands in a few seconds when the phones of a site all look for the box at once: a few at a
 * time, so that calls do not wait for them, and 503 for those that find the house full. One phone that floods takes
 * neither its turn nor its room from another.
 */
export class RegistrationIntake {
  /** Since the start. */
  turnedAway = 0
  readonly #parts: RegistrationIntakeParts
  readonly #limits: IntakeLimits
  readonly #line = new FairLine<Waiting>()
  #inHand = 0
  #begunInTurn = 0
  #isTurnEnding = false

  constructor(parts: RegistrationIntakeParts) {
    this.#parts = parts
    this.#limits = { ...usualLimits, ...parts.limits }
  }

  /** Begun and not answered yet, or waiting to be begun. */
  get inHand(): number {
    return this.#inHand
  }

  /** Resolves when the request was answered. */
  async handle(request: IncomingRequest): Promise<void> {
    const source = flowOf(request.source)
    if (this.#inHand >= this.#limits.inHand && !this.#makeRoomFor(source)) return this.#turnAway(request)
    this.#inHand++
    try {
      if (await this.#hasTurn(source)) await this.#parts.next(request)
      else await this.#turnAway(request)
    } finally {
      this.#inHand--
    }
  }

  /** Who fills the house makes room for one who has nobody in the line yet. */
  #makeRoomFor(source: string): boolean {
    const last = this.#line.has(source) ? undefined : this.#line.popFromLongest()
    last?.end(false)
    return last !== undefined
  }

  #hasTurn(source: string): boolean | Promise<boolean> {
    this.#endTurnLater()
    if (this.#begunInTurn < this.#limits.perTurn) {
      this.#begunInTurn++
      return true
    }
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#line.push(source, { since: this.#parts.clock.now(), end: resolve })
    return promise
  }

  /** A turn is one round of the event loop: what else has come in is looked at between two of them. */
  #endTurnLater(): void {
    if (this.#isTurnEnding) return
    this.#isTurnEnding = true
    setImmediate(() => {
      this.#isTurnEnding = false
      this.#begunInTurn = 0
      this.#beginWaiting()
    })
  }

  #beginWaiting(): void {
    const { perTurn, longestWaitMs } = this.#limits
    const now = this.#parts.clock.now()
    while (this.#begunInTurn < perTurn) {
      const waiting = this.#line.shift()
      if (!waiting) return
      this.#begunInTurn++
      waiting.end(now - waiting.since <= longestWaitMs)
    }
    if (!this.#line.isEmpty) this.#endTurnLater()
  }

  #turnAway(request: IncomingRequest): Promise<void> {
    this.turnedAway++
    return request.respond(503, { headers: { 'Retry-After': String(this.#parts.retry.next()) } })
  }
}

function flowOf({ transport, address, port }: SipSource): string {
  return `${transport} ${address} ${port}`
}
