import { RecentMap } from '../lib/recent-map.ts'

const restMs = 60_000
const mostRemembered = 1_000
/** The box was not reached, or says that it cannot carry the call. */
const failed = new Set([408, 500, 502, 503, 504])

/** Which boxes failed calls to the telephone network a moment ago: their lines are tried last for a minute. */
export class RestingPeers {
  readonly #restsUntil = new RecentMap<number>(mostRemembered)

  /** How a call through that box went: its final status. */
  saw(peerName: string, status: number, at: number): void {
    if (failed.has(status)) this.#restsUntil.set(peerName, at + restMs)
    else this.#restsUntil.delete(peerName)
  }

  has(peerName: string, at: number): boolean {
    return (this.#restsUntil.get(peerName) ?? 0) > at
  }
}
