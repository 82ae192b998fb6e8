import type { Clock, Timer } from '../../lib/clock.ts'
import type { PeerAddress } from '../protocol/peer-message.ts'
import type { PeerTable } from './peer-table.ts'

/** Peers of earlier days, kept across restarts. */
export interface PeerMemory {
  recall(): readonly PeerAddress[]
  /** May block for as long as a disk takes. */
  remember(peers: readonly PeerAddress[]): void
}

const changesSettleFor = 1_000

/** Writes down who was met, once for all that come or go in the same second. */
export class RememberedPeers {
  readonly #table: PeerTable
  readonly #memory: PeerMemory
  readonly #clock: Clock
  #timer: Timer | undefined

  constructor(table: PeerTable, memory: PeerMemory, clock: Clock) {
    this.#table = table
    this.#memory = memory
    this.#clock = clock
  }

  recall(): void {
    const now = this.#clock.now()
    for (const { peer, addresses } of this.#memory.recall())
      this.#table.learn(peer, addresses, 'remembered', now)
  }

  /** Boxes came or went. */
  changed(): void {
    this.#timer ??= this.#clock.after(changesSettleFor, () => this.#write())
  }

  /** Writes what waits to be written. */
  stop(): void {
    if (!this.#timer) return
    this.#timer.cancel()
    this.#write()
  }

  #write(): void {
    this.#timer = undefined
    // Those who are connected first: they are found most easily.
    const peers = this.#table
      .enrolled()
      .filter(({ addresses }) => addresses.length > 0)
      .toSorted((a, b) => Number(b.state === 'member') - Number(a.state === 'member'))
    this.#memory.remember(peers.map(({ peer, addresses }) => ({ peer, addresses })))
  }
}
