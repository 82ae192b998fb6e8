import type { Log } from '../../lib/log.ts'
import type { KnownPeer } from '../membership/known-peer.ts'
import { clockTrouble } from './clock-trouble.ts'

interface Members {
  members(): readonly Pick<KnownPeer, 'peer' | 'clockAheadMs'>[]
}

/** Watches this box's clock against those of the members, which tell theirs with every ping. */
export class ClockWatch {
  readonly #table: Members
  readonly #log: Log
  #isTroubled = false

  constructor(table: Members, log: Log) {
    this.#table = table
    this.#log = log
  }

  /** What is wrong and what to do; undefined while all is well. */
  get trouble(): string | undefined {
    return clockTrouble(
      this.#table
        .members()
        .flatMap(({ peer, clockAheadMs: ahead }) => (ahead === undefined ? [] : [{ peer, ahead }])),
    )
  }

  /** Tells the log when trouble begins, and when it is over. */
  look(): void {
    const { trouble } = this
    if (this.#isTroubled === (trouble !== undefined)) return
    this.#isTroubled = !this.#isTroubled
    if (trouble !== undefined) this.#log.warn({ reason: trouble }, 'the clocks of the overlay differ')
    else this.#log.info({}, 'the clocks of the overlay agree again')
  }
}
