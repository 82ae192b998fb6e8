import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { PeerTable } from '../membership/peer-table.ts'
import type { PeerCalls } from '../protocol/peer-calls.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import { failuresBelieved, type Proof, proofAfter } from './canary-proof.ts'

const everyMilliseconds = 120_000
const soonMilliseconds = 1_000
/** After the first failure, doubling: another box is asked then, since the fault may be the first one's. */
const againMilliseconds = 5_000
const lifetimeSeconds = 600
const answerWithin = 2_000

interface Canaries {
  store(kind: 'canary', resource: string, value: Uint8Array, lifetimeSeconds: number): Promise<unknown>
}

/** Proves the truth: stores a record and has another box, each time another one, find it at a third. */
export class Canary {
  readonly #self: PeerId
  readonly #table: PeerTable
  readonly #records: Canaries
  readonly #calls: PeerCalls
  readonly #clock: Clock
  readonly #log: Log
  #timer: Timer | undefined
  #dueAt = Number.POSITIVE_INFINITY
  #turn = 0
  #proof: Proof = { provenAt: undefined, failures: 0, failure: undefined }
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

  get proof(): Proof {
    return this.#proof
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
    const isProven = this.#proof.provenAt !== undefined && this.#proof.failures === 0
    const isSoon = this.#dueAt <= this.#clock.now() + soonMilliseconds
    if (!isProven && !isSoon && this.#table.members().length > 0) this.#plan(soonMilliseconds)
  }

  /** Asks at once, one box after the other until one has found the record or as many have failed as are believed. */
  async proveNow(): Promise<void> {
    for (let failed = 0; failed < failuresBelieved; failed++) {
      await this.#prove()
      if (this.#proof.failures === 0) return
    }
  }

  #plan(milliseconds: number): void {
    this.#timer?.cancel()
    if (this.#stopped) return
    this.#dueAt = this.#clock.now() + milliseconds
    this.#timer = this.#clock.after(milliseconds, () => void this.#prove())
  }

  async #prove(): Promise<void> {
    this.#plan(everyMilliseconds)
    const members = this.#table.members()
    const witness = members[this.#turn++ % Math.max(1, members.length)]
    if (!witness) return
    const failure = await this.#failureBefore(witness.peer)
    this.#proof = proofAfter(this.#proof, failure, this.#clock.now())
    if (failure === undefined) return
    this.#log.warn({ witness: witness.peer, reason: failure }, 'the overlay test failed')
    this.#plan(Math.min(everyMilliseconds, againMilliseconds * 2 ** (this.#proof.failures - 1)))
  }

  /** Undefined when the witness has found what was stored here a moment ago, else why that is not proven. */
  async #failureBefore(witness: PeerId): Promise<string | undefined> {
    const askedAt = this.#clock.now()
    try {
      await this.#records.store('canary', this.#self, new Uint8Array(), lifetimeSeconds)
      const probe = { type: 'probe' as const, resource: this.#self }
      const { storedAt } = await this.#calls.ask(witness, probe, 'seen', answerWithin)
      return storedAt >= askedAt ? undefined : 'another box did not find the record that was stored here'
    } catch (error) {
      return (error as Error).message
    }
  }
}
