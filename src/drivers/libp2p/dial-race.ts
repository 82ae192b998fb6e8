import type { Clock, Timer } from '../../lib/clock.ts'

/** RFC 8305 §5 recommends 250 ms and allows 100: a call may be waiting. */
const headStart = 100

export interface Race<Place, Connection> {
  /** The preferred first. */
  readonly places: readonly Place[]
  dial(place: Place, signal: AbortSignal): Promise<Connection>
  /** A connection that came when another had won. */
  discard(late: Connection): void
  readonly signal: AbortSignal
  readonly clock: Clock
}

/**
 * Dials several places of one peer as RFC 8305 does: each has a short head start before the next joins, a failure lets
 * the next start at once, and the first connection wins. Throws one error that tells of every place.
 */
export function raceDials<Place, Connection>(race: Race<Place, Connection>): Promise<Connection> {
  const { places, signal, clock } = race
  return new Promise((resolve, reject) => {
    // The winner's signal never fires: it would end the connection that was made with it.
    const underWay = new Map<Place, AbortController>()
    const failures: string[] = []
    let started = 0
    let isOver = false
    let timer: Timer | undefined

    const finish = (settle: () => void) => {
      if (isOver) return
      isOver = true
      timer?.cancel()
      signal.removeEventListener('abort', abandon)
      settle()
      for (const loser of underWay.values()) loser.abort(new Error('another address was quicker'))
    }
    const abandon = () => finish(() => reject(signal.reason))
    const startNext = () => {
      timer?.cancel()
      const place = places[started]
      if (isOver || place === undefined) return
      started++
      const bound = new AbortController()
      underWay.set(place, bound)
      race.dial(place, bound.signal).then(
        (connection) => {
          underWay.delete(place)
          if (isOver) race.discard(connection)
          else finish(() => resolve(connection))
        },
        (error: Error) => {
          underWay.delete(place)
          failures.push(error.message)
          if (failures.length === places.length)
            finish(() => reject(new Error(`no address works: ${failures.join('; ')}`)))
          else startNext()
        },
      )
      if (started < places.length) timer = clock.after(headStart, startNext)
    }

    if (signal.aborted) return abandon()
    signal.addEventListener('abort', abandon, { once: true })
    startNext()
  })
}
