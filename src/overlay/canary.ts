import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { PeerCalls } from './peer-calls.ts'
import type { PeerId } from './peer-id.ts'
import type { PeerTable } from './peer-table.ts'

const everyMilliseconds = 60_000
const soonMilliseconds = 1_000
const lifetimeSeconds = 300
const answerWithin = 2_000

interface Canaries {
  store(kind: 'canary', resource: string, value: Uint8Array, lifetimeSeconds: number): Promise<unknown>
}

/** Proves the truth: stores a record and has another box, each time another one, find it. */
export class Canary {
  readonly #self: PeerId
  readonly #table: PeerTable
  readonly #records: Canaries
  readonly #calls: PeerCalls
  readonly #clock: Clock
  readonly #log: Log
  #timer: Timer | undefined
  #turn = 0
  #provenAt: number | undefined
  #stopped = true

  constructor(parts: {
    self: PeerId
    table: PeerTable
    records: Canaries
    calls: PeerCalls
    clock: Clock
    log: Log
  }) {
    this.#self = parts.self
    this.#table = parts.table
    this.#records = parts.records
    this.#calls = parts.calls
    this.#clock = parts.clock
    this.#log = parts.log
  }

  /** When a record of this box was last found by another one. */
  get provenAt(): number | undefined {
    return this.#provenAt
  }

  start(): void {
    this.#stopped = false
    this.#plan(everyMilliseconds)
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  /** While nothing is proven, a box that was just connected is asked soon. */
  peersChanged(): void {
    if (this.#provenAt === undefined && this.#table.members().length > 0) this.#plan(soonMilliseconds)
  }

  #plan(milliseconds: number): void {
    this.#timer?.cancel()
    if (!this.#stopped) this.#timer = this.#clock.after(milliseconds, () => void this.#prove())
  }

  async #prove(): Promise<void> {
    this.#plan(everyMilliseconds)
    const members = this.#table.members()
    const witness = members[this.#turn++ % Math.max(1, members.length)]
    if (!witness) return
    const askedAt = this.#clock.now()
    try {
      await this.#records.store('canary', this.#self, new Uint8Array(), lifetimeSeconds)
      const probe = { type: 'probe' as const, resource: this.#self }
      const { storedAt } = await this.#calls.ask(witness.peer, probe, 'seen', answerWithin)
      if (storedAt >= askedAt) this.#provenAt = this.#clock.now()
      else this.#log.warn({ witness: witness.peer }, 'another box did not find the record stored here')
    } catch (error) {
      this.#log.warn({ witness: witness.peer, reason: (error as Error).message }, 'the overlay test failed')
    }
  }
}
