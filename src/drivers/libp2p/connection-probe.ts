import type { Connection } from '@libp2p/interface'
import { abortAfter } from '../../lib/abort-after.ts'
import type { Clock } from '../../lib/clock.ts'

const answerWithin = 1_000

/** Finds out which connections lead nowhere, and ends them. */
export class ConnectionProbe {
  readonly #protocol: string
  readonly #clock: Clock
  readonly #underWay = new Set<Connection>()

  /** A stream of the protocol is opened and closed again: a round trip that only a live path makes. */
  constructor(protocol: string, clock: Clock) {
    this.#protocol = protocol
    this.#clock = clock
  }

  async try(connection: Connection): Promise<void> {
    // The far end allows few streams of the protocol: two probes at once could be one too many.
    if (connection.status !== 'open' || this.#underWay.has(connection)) return
    this.#underWay.add(connection)
    const bound = abortAfter(this.#clock, answerWithin, `no answer in ${answerWithin} ms`)
    try {
      const options = { signal: bound.signal, runOnLimitedConnection: true }
      const stream = await connection.newStream(this.#protocol, options)
      stream.abort(new Error('it was only a probe'))
    } catch (error) {
      connection.abort(new Error('the path is dead', { cause: error }))
    } finally {
      bound.lift()
      this.#underWay.delete(connection)
    }
  }
}
