import type { E164 } from '../domain/phone-number.ts'
import type { Clock } from '../lib/clock.ts'
import { RecentMap } from '../lib/recent-map.ts'

/** How long rescuers may call back. RFC 7090 §3.2 leaves the time to the operator. */
const openMs = 30 * 60_000
const mostRemembered = 1_000

interface Callback {
  /** URI of who called for help. */
  readonly caller: string
  readonly until: number
}

/** Numbers at which rescuers may call back, and whom they want. In memory: a restart forgets. */
export class Callbacks {
  readonly #clock: Clock
  readonly #expected = new RecentMap<Callback>(mostRemembered)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  expect(number: E164, caller: string): void {
    this.#expected.set(number, { caller, until: this.#clock.now() + openMs })
  }

  /** Who called for help and left this number, within the last half hour. */
  callerAt(number: E164): string | undefined {
    const callback = this.#expected.get(number)
    if (!callback) return undefined
    if (callback.until > this.#clock.now()) return callback.caller
    this.#expected.delete(number)
    return undefined
  }
}
