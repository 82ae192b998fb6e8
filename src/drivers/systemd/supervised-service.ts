import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'

export interface SupervisedServiceParts {
  readonly manager: {
    /** Rejects when the service manager could not be told. */
    tell(assignments: readonly string[]): Promise<void>
    end(): void
  }
  readonly box: {
    /** How the box is, in a line for people. */
    readonly statusLine: string
    /** False when the thread of the SIP engine does not answer in this time. */
    engineAnswers(withinMs: number): Promise<boolean>
  }
  /** The box is killed when nothing is heard of it for so long; undefined: nobody waits. */
  readonly watchdogMs: number | undefined
  readonly clock: Clock
  readonly log: Log
}

type Variable = 'READY' | 'RELOADING' | 'STOPPING' | 'WATCHDOG' | 'STATUS' | 'MONOTONIC_USEC'
type Assignment = readonly [Variable, string]

const lookEveryMs = 3_000
const longestPauseMs = 60_000
const askAgainMs = 1_000

/**
 * Tells systemd how the box is (sd_notify(3)): that it has started, takes a new certificate, stops, in a line for people
 * how it is, and that it is alive as long as both of its threads answer. One message at a time; what comes meanwhile waits,
 * the newest value of each variable.
 */
export class SupervisedService implements Part {
  readonly name = 'service manager'
  readonly #parts: SupervisedServiceParts
  readonly #untold = new Map<Variable, string>()
  #isRunning = false
  #isTelling = false
  #status = ''
  #looking: Timer | undefined
  #feeding: Timer | undefined

  constructor(parts: SupervisedServiceParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    this.#isRunning = true
    this.#say(['READY', '1'], ...this.#news())
    this.#lookLater()
    const { watchdogMs } = this.#parts
    if (watchdogMs !== undefined) void this.#feed(watchdogMs / 3)
  }

  reloading(): void {
    // sd_notify(3) wants both in one message.
    this.#say(['MONOTONIC_USEC', String(process.hrtime.bigint() / 1_000n)], ['RELOADING', '1'])
  }

  reloaded(): void {
    this.#say(['READY', '1'])
  }

  stopping(): void {
    this.#say(['STOPPING', '1'], ...this.#news())
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    this.#looking?.cancel()
    this.#feeding?.cancel()
    this.#parts.manager.end()
  }

  #lookLater(): void {
    this.#looking = this.#parts.clock.after(lookEveryMs, () => {
      this.#say(...this.#news())
      this.#lookLater()
    })
  }

  #news(): readonly Assignment[] {
    const status = this.#parts.box.statusLine
    if (status === this.#status) return []
    this.#status = status
    return [['STATUS', status]]
  }

  async #feed(everyMs: number): Promise<void> {
    const { box, clock, log } = this.#parts
    // A busy engine may be late: only one that is silent for most of the watchdog's time is given up.
    const answers = await box.engineAnswers(everyMs)
    if (!this.#isRunning) return
    if (answers) this.#say(['WATCHDOG', '1'])
    else log.warn({}, 'the sip engine does not answer; systemd is not told that the box is alive')
    this.#feeding = clock.after(answers ? everyMs : askAgainMs, () => void this.#feed(everyMs))
  }

  #say(...assignments: readonly Assignment[]): void {
    this.#keep(assignments)
    if (!this.#isTelling) void this.#tellAll()
  }

  #keep(assignments: readonly Assignment[]): void {
    for (const [variable, value] of assignments) {
      // Of several states in one message the last counts.
      this.#untold.delete(variable)
      this.#untold.set(variable, value)
    }
  }

  async #tellAll(): Promise<void> {
    const { manager, watchdogMs, clock, log } = this.#parts
    const longestMs = watchdogMs === undefined ? longestPauseMs : Math.min(longestPauseMs, watchdogMs / 6)
    this.#isTelling = true
    let pauseMs = 1_000
    while (this.#isRunning && this.#untold.size > 0) {
      const message = [...this.#untold]
      this.#untold.clear()
      try {
        await manager.tell(message.map(([variable, value]) => `${variable}=${value}`))
        pauseMs = 1_000
      } catch (error) {
        if (!this.#isRunning) break
        log.warn(
          { why: (error as Error).message, again: pauseMs },
          'systemd could not be told how the box is',
        )
        const newer = [...this.#untold]
        this.#untold.clear()
        this.#keep([...message, ...newer])
        const pause = Promise.withResolvers<void>()
        clock.after(pauseMs, pause.resolve)
        await pause.promise
        pauseMs = Math.min(2 * pauseMs, longestMs)
      }
    }
    this.#isTelling = false
  }
}
