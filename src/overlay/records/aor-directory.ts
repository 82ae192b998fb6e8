import type { AorText } from '../../domain/aor.ts'
import { decodeCborMap, encodeCbor, MalformedCbor } from '../../lib/cbor.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import type { Overlay } from '../overlay.ts'
import { type Pace, Publisher } from './publisher.ts'

/** A box that a user belongs to. */
export interface HomeBox {
  readonly peerName: string
  /** How many contacts are registered there; 0 when the box knows him and he has no phone there now. */
  readonly contacts: number
  /** When that ends, in milliseconds since the Unix epoch; Infinity when the box will say so. */
  readonly expiresAt: number
}

/** How old "he has no phone" may be: as old as "nobody knows him". */
const noPhoneBelievedFor = 5_000
/** In a record, which has no infinite numbers. */
const untilWithdrawn = 0

type Records = Pick<Overlay, 'store' | 'fetch' | 'remove' | 'domain'>

/** The overlay as location service: which boxes are home to a user. */
export class AorDirectory implements Part {
  readonly name: string
  readonly #overlay: Records
  readonly #clock: Clock
  readonly #log: Log
  readonly #publisher: Publisher

  constructor(
    overlay: Records,
    options: { longestLifetimeSeconds: number; clock: Clock; log: Log; random?: () => number },
  ) {
    this.name = `users of ${overlay.domain}`
    this.#overlay = overlay
    this.#clock = options.clock
    this.#log = options.log
    this.#publisher = new Publisher('sip-aor', overlay, options)
  }

  start(): Promise<void> {
    return this.#publisher.start()
  }

  stop(): Promise<void> {
    return this.#publisher.stop()
  }

  /**
   * This box is home to the user from now on, for so many seconds (Infinity: for good) unless published again or
   * withdrawn. Returns at once; storing, its repetition after trouble and its refreshing go on by themselves.
   */
  publish(aor: AorText, lifetimeSeconds: number, contacts = 1, pace: Pace = 'now'): void {
    const until = this.#clock.now() + lifetimeSeconds * 1_000
    const expiresAt = Number.isFinite(until) ? until : untilWithdrawn
    this.#publisher.publish(aor, encodeCbor({ contacts, expiresAt }), until, pace)
  }

  /** This box knows no such user any more. Returns at once. */
  withdraw(aor: AorText): void {
    this.#publisher.withdraw(aor)
  }

  /** Waits until everything asked for so far was stored or has failed once. */
  settled(): Promise<void> {
    return this.#publisher.settled()
  }

  /**
   * The home boxes of a user, the one that was refreshed last first; this box included when it is one. What is remembered
   * from before `newerThan` (milliseconds since the Unix epoch) does not do. Throws `LookUpUnanswered`.
   */
  async find(aor: AorText, signal: AbortSignal, newerThan?: number): Promise<readonly HomeBox[]> {
    const homes = await this.#fetch(aor, signal, newerThan)
    if (homes.length === 0 || homes.some(({ contacts }) => contacts > 0)) return homes
    return this.#fetch(aor, signal, Math.max(newerThan ?? 0, this.#clock.now() - noPhoneBelievedFor))
  }

  async #fetch(aor: AorText, signal: AbortSignal, newerThan?: number): Promise<readonly HomeBox[]> {
    const records = await this.#overlay.fetch('sip-aor', aor, signal, newerThan)
    const now = this.#clock.now()
    return records
      .toSorted((a, b) => b.storedAt - a.storedAt)
      .flatMap(({ signer, value }) => this.#read(signer, value))
      .filter(({ expiresAt }) => expiresAt > now)
  }

  #read(signer: string, value: Uint8Array): HomeBox[] {
    try {
      const fields = decodeCborMap(value)
      const contacts = fields.count('contacts')
      const until = fields.count('expiresAt')
      fields.end()
      const expiresAt = until === untilWithdrawn ? Number.POSITIVE_INFINITY : until
      return [{ peerName: signer, contacts, expiresAt }]
    } catch (error) {
      if (!(error instanceof MalformedCbor)) throw error
      this.#log.warn({ signer, reason: error.message }, 'a location record was not understood')
      return []
    }
  }
}
