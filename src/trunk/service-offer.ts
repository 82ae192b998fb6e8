import type { PstnService } from '../domain/service-record.ts'
import type { Clock, Timer } from '../lib/clock.ts'

const countWithinMs = 10_000

/**
 * Tells when an offer changes. News that decide whether a box is asked at all are told at once; the mere number of
 * free channels moves with every call, and is told at most every ten seconds.
 */
export class ServiceOffer {
  readonly #current: () => PstnService | undefined
  readonly #clock: Clock
  #told: PstnService | undefined
  #timer: Timer | undefined
  #listener: (service: PstnService | undefined) => void = () => undefined

  constructor(current: () => PstnService | undefined, clock: Clock) {
    this.#current = current
    this.#clock = clock
  }

  onChange(listener: (service: PstnService | undefined) => void): void {
    this.#listener = listener
  }

  changed(): void {
    const now = this.#current()
    if (isDecisive(this.#told, now)) this.#tell(now)
    else if (now?.channelsFree !== this.#told?.channelsFree) {
      this.#timer ??= this.#clock.after(countWithinMs, () => this.#tell(this.#current()))
    }
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #tell(service: PstnService | undefined): void {
    this.stop()
    this.#told = service
    this.#listener(service)
  }
}

function isDecisive(before: PstnService | undefined, after: PstnService | undefined): boolean {
  if (!before || !after) return before !== after
  return (
    before.channelsFree > 0 !== after.channelsFree > 0 ||
    before.costPerMinute !== after.costPerMinute ||
    before.rates !== after.rates ||
    before.prefixes.join() !== after.prefixes.join()
  )
}
