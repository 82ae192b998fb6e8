import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { PeerId } from '../protocol/peer-id.ts'

/** A box that the overlay's domain names in the DNS. */
export interface PublishedBox {
  /** Whom it must prove to be; undefined when the DNS says only where it is. */
  readonly peer: PeerId | undefined
  readonly addresses: readonly string[]
}

/** Asks the DNS. Rejects when no server answers. */
export type FindPublishedBoxes = () => Promise<readonly PublishedBox[]>

const firstWait = 2_000
const longestWait = 60_000

/** Looks in the overlay's domain for other boxes, at once and then, ever more seldom, while this box is alone. */
export class DomainSearch {
  readonly #find: FindPublishedBoxes
  readonly #isAlone: () => boolean
  readonly #found: (box: PublishedBox) => void
  readonly #clock: Clock
  readonly #log: Log
  #timer: Timer | undefined
  #isStopped = false
  #wait = firstWait

  constructor(parts: {
    find: FindPublishedBoxes
    isAlone: () => boolean
    found: (box: PublishedBox) => void
    clock: Clock
    log: Log
  }) {
    this.#find = parts.find
    this.#isAlone = parts.isAlone
    this.#found = parts.found
    this.#clock = parts.clock
    this.#log = parts.log
  }

  start(): void {
    void this.#look()
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
  }

  async #look(): Promise<void> {
    if (this.#isAlone()) await this.#ask()
    else this.#wait = firstWait
    if (this.#isStopped) return
    this.#timer = this.#clock.after(this.#wait, () => void this.#look())
    this.#wait = Math.min(longestWait, this.#wait * 2)
  }

  async #ask(): Promise<void> {
    try {
      const boxes = await this.#find()
      if (!this.#isStopped) for (const box of boxes) this.#found(box)
    } catch (error) {
      this.#log.debug({ reason: (error as Error).message }, 'the DNS tells of no boxes')
    }
  }
}
