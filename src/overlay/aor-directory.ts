import type { AorText } from '../domain/aor.ts'
import { decodeCborMap, encodeCbor, MalformedCbor } from '../lib/cbor.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import type { Overlay } from './overlay.ts'
import { Publisher } from './publisher.ts'

/** A box where a user has phones. */
export interface HomeBox {
  readonly peerName: string
  /** How many contacts are registered there. */
  readonly contacts: number
  /** When the last of them expires, in milliseconds since the Unix epoch. */
  readonly expiresAt: number
}

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
   * This box is home to the user from now on, for so many seconds unless published again or withdrawn. Returns at once;
   * storing, its repetition after trouble and its refreshing go on by themselves.
   */
  publish(aor: AorText, lifetimeSeconds: number, contacts = 1): void {
    const expiresAt = this.#clock.now() + lifetimeSeconds * 1_000
    this.#publisher.publish(aor, encodeCbor({ contacts, expiresAt }), expiresAt)
  }

  /** The user has no phone here any more. Returns at once. */
  withdraw(aor: AorText): void {
    this.#publisher.withdraw(aor)
  }

  /** Waits until everything asked for so far was stored or has failed once. */
  settled(): Promise<void> {
    return this.#publisher.settled()
  }

  /** The home boxes of a user, the one that was refreshed last first; this box included when it is one. */
  async find(aor: AorText, signal: AbortSignal): Promise<readonly HomeBox[]> {
    const records = await this.#overlay.fetch('sip-aor', aor, signal)
    const now = this.#clock.now()
    return records
      .toSorted((a, b) => b.storedAt - a.storedAt)
      .flatMap(({ signer, value }) => this.#read(signer, value))
      .filter(({ expiresAt }) => expiresAt > now)
  }

  #read(signer: string, value: Uint8Array): HomeBox[] {
    try {
      const fields = decodeCborMap(value)
      const home = { contacts: fields.count('contacts'), expiresAt: fields.count('expiresAt') }
      fields.end()
      return [{ peerName: signer, ...home }]
    } catch (error) {
      if (!(error instanceof MalformedCbor)) throw error
      this.#log.warn({ signer, reason: error.message }, 'a location record was not understood')
      return []
    }
  }
}
