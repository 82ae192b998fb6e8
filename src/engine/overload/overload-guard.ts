import type { Clock } from '../../lib/clock.ts'
import { fnv1a } from '../../lib/fnv1a.ts'
import { Histogram } from '../../lib/histogram.ts'
import { LagMeter, lagBounds } from '../../lib/lag-meter.ts'
import type { Log } from '../../lib/log.ts'
import type { SipRequest } from '../message/message.ts'
import { noteOverload } from './overload-notice.ts'
import type { OverloadSettings } from './overload-settings.ts'
import { nextShedding, noShedding, type Shedding } from './shedding.ts'
import { UrgentCalls } from './urgent-calls.ts'

export interface OverloadCounts {
  /** The last sample. */
  readonly lagMs: number
  readonly shedPercent: number
  /** Requests turned away since the start. */
  readonly shed: number
}

/**
 * Turns away a part of the new requests while the event loop lags (the loss algorithm of RFC 7339 §5.10, at the server):
 * calls that are up and requests that were taken go on.
 */
export class OverloadGuard {
  /** Seconds by which the event loop was late. */
  readonly lags = new Histogram(lagBounds)
  readonly #settings: OverloadSettings
  readonly #clock: Clock
  readonly #meter: LagMeter
  readonly #log: Log
  readonly #urgent: UrgentCalls
  #shedding: Shedding = noShedding
  #lagMs = 0
  #shed = 0

  constructor(settings: OverloadSettings, clock: Clock, log: Log) {
    this.#settings = settings
    this.#clock = clock
    this.#log = log
    this.#urgent = new UrgentCalls(settings.urgentUsers)
    this.#meter = new LagMeter(clock, settings.sampleMs, (lagMs) => this.#measured(lagMs))
  }

  get counts(): OverloadCounts {
    return { lagMs: this.#lagMs, shedPercent: this.#shedding.percent, shed: this.#shed }
  }

  start(): void {
    this.#meter.start()
  }

  stop(): void {
    this.#meter.stop()
  }

  /** Whether a request outside dialogs is to be turned away. The same for its retransmissions, while the share stays. */
  sheds(request: SipRequest): boolean {
    const { percent } = this.#shedding
    if (percent === 0 || lotOf(request) >= percent || this.isUrgent(request)) return false
    this.#shed++
    return true
  }

  /** A call for help. */
  isUrgent(request: SipRequest): boolean {
    return this.#urgent.has(request)
  }

  /** Tells the sender of a request how much is too much, if it wants to know. */
  note(request: SipRequest): void {
    noteOverload(request, this.#shedding.percent, this.#clock.now())
  }

  #measured(lagMs: number): void {
    this.#lagMs = lagMs
    this.lags.observe(lagMs / 1_000)
    const before = this.#shedding.percent
    this.#shedding = nextShedding(this.#shedding, lagMs, this.#settings)
    const now = this.#shedding.percent
    if (before === 0 && now > 0) this.#log.warn({ lagMs, percent: now }, 'overload begins')
    else if (before > 0 && now === 0) this.#log.info({ lagMs, shed: this.#shed }, 'overload is over')
  }
}

/** 0 to 99. Of Call-ID and number: a phone that always registers by one Call-ID is not always the unlucky one. */
function lotOf(request: SipRequest): number {
  return fnv1a(`${request.callId} ${request.cseq.number}`) % 100
}
