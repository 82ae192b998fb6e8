import type { NoticeSink } from '../../domain/notice.ts'
import type { Clock, Timer } from '../../lib/clock.ts'

/** A restart of Asterisk is shorter, and nobody's news. */
const tellAfterMs = 15_000

/** Tells that an Asterisk is away when it stays away, and that it is back when that was told. */
export class OutageNotice {
  readonly #asterisk: string
  readonly #notices: NoticeSink
  readonly #clock: Clock
  #timer: Timer | undefined
  #since: number | undefined
  #why = ''
  #isTold = false

  constructor(asterisk: string, notices: NoticeSink, clock: Clock) {
    this.#asterisk = asterisk
    this.#notices = notices
    this.#clock = clock
  }

  /** The latest reason is the one that is told. */
  began(why: string): void {
    this.#why = why
    this.#since ??= this.#clock.now()
    if (!this.#isTold) this.#timer ??= this.#clock.after(tellAfterMs, () => this.#tell())
  }

  ended(): void {
    this.stop()
    if (this.#isTold)
      this.#send(`Asterisk ${this.#asterisk} is connected again.`, 'connected', { since: this.#since })
    this.#isTold = false
    this.#since = undefined
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #tell(): void {
    this.#isTold = true
    const summary = `Asterisk ${this.#asterisk} is not connected (${this.#why}). Calls go on by what SIP tells.`
    this.#send(summary, 'away', { since: this.#since, why: this.#why })
  }

  #send(summary: string, state: 'away' | 'connected', facts: Readonly<Record<string, unknown>>): void {
    const at = this.#clock.now()
    this.#notices.send({
      event: 'asterisk',
      at,
      summary,
      facts: { asterisk: this.#asterisk, state, ...facts },
    })
  }
}
