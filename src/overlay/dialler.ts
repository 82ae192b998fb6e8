import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { FoundBy } from './overlay.ts'
import type { PeerId } from './peer-id.ts'
import type { PeerTable } from './peer-table.ts'

/** An address to try, of a box whose peer id may not be known yet. */
export interface Seed {
  readonly address: string
  readonly foundBy: FoundBy
}

interface Network {
  dial(peerId: PeerId | undefined, addresses: readonly string[], signal: AbortSignal): Promise<PeerId>
}

interface Attempt {
  failures: number
  notBefore: number
  underWay: boolean
}

const dialWithin = 5_000
const lookAgainEvery = 500
const atOnce = 8

/** Milliseconds to wait after so many failures: from 1 s, doubling to a minute, a fifth more or less. */
export function redialDelay(failures: number, random: () => number): number {
  return Math.min(60_000, 1_000 * 2 ** Math.max(0, failures - 1)) * (0.8 + 0.4 * random())
}

/** Keeps this box connected: dials every known peer that is away, and the seeds while nobody is connected. */
export class Dialler {
  readonly #table: PeerTable
  readonly #network: Network
  readonly #seeds: readonly Seed[]
  readonly #clock: Clock
  readonly #log: Log
  readonly #random: () => number
  readonly #attempts = new Map<string, Attempt>()
  readonly #dials = new Map<AbortController, Promise<void>>()
  #timer: Timer | undefined
  #stopped = true

  constructor(parts: {
    table: PeerTable
    network: Network
    seeds: readonly Seed[]
    clock: Clock
    log: Log
    random: () => number
  }) {
    this.#table = parts.table
    this.#network = parts.network
    this.#seeds = parts.seeds
    this.#clock = parts.clock
    this.#log = parts.log
    this.#random = parts.random
  }

  start(): void {
    this.#stopped = false
    this.look()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    for (const dial of this.#dials.keys()) dial.abort(new Error('stopping'))
    await Promise.all(this.#dials.values())
  }

  /** Dials whoever is due. Called by itself every half second, and at once when a peer was found. */
  look(): void {
    if (this.#stopped) return
    this.#timer?.cancel()
    this.#timer = this.#clock.after(lookAgainEvery, () => this.look())
    const now = this.#clock.now()
    for (const known of this.#table.all()) {
      if (known.state === 'member') this.#attempts.delete(known.peer)
      if (known.state === 'away' && known.addresses.length > 0)
        this.#dialWhenDue(known.peer, known.peer, known.addresses, now)
    }
    if (this.#table.members().length > 0) return
    for (const { address } of this.#seeds) this.#dialWhenDue(address, undefined, [address], now)
  }

  /** The peer may be dialled again at once. */
  hurry(peer: PeerId): void {
    const attempt = this.#attempts.get(peer)
    if (attempt) attempt.notBefore = 0
    this.look()
  }

  #dialWhenDue(key: string, peer: PeerId | undefined, addresses: readonly string[], now: number): void {
    const attempt = this.#attempts.get(key) ?? { failures: 0, notBefore: 0, underWay: false }
    if (attempt.underWay || attempt.notBefore > now || this.#dials.size >= atOnce) return
    attempt.underWay = true
    this.#attempts.set(key, attempt)
    const bound = new AbortController()
    const timer = this.#clock.after(dialWithin, () => bound.abort(new Error(`no answer in ${dialWithin} ms`)))
    const dial = this.#network
      .dial(peer, addresses, bound.signal)
      .then(
        (reached) => this.#reached(reached, addresses),
        (error: Error) =>
          this.#log.debug({ peer, addresses, reason: error.message }, 'dialling a box failed'),
      )
      .finally(() => {
        timer.cancel()
        this.#dials.delete(bound)
        attempt.underWay = false
        // Counts as a failure until the box is a member: a stranger that answers is not dialled over and over.
        attempt.failures++
        attempt.notBefore = this.#clock.now() + redialDelay(attempt.failures, this.#random)
      })
    this.#dials.set(bound, dial)
  }

  #reached(peer: PeerId, addresses: readonly string[]): void {
    const seed = this.#seeds.find(({ address }) => addresses.includes(address))
    this.#table.learn(peer, addresses, seed?.foundBy ?? 'peer', this.#clock.now())
  }
}
