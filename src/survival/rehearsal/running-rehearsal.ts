import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Examination } from './examination.ts'
import type { RealNeeds } from './known-trouble.ts'
import { type CheckResult, conclusionOf, type PassSheet, type RehearsalEnd } from './pass-sheet.ts'
import { phoneResults } from './phone-results.ts'
import { type Bindings, newRun, nextRun, type RehearsalEvent, type RehearsalRun } from './rehearsal-run.ts'
import type { RehearsedNames } from './rehearsed-names.ts'

export interface RunningParts {
  readonly needs: RealNeeds
  readonly names: RehearsedNames
  readonly bindings: Bindings
  readonly examination: Pick<Examination, 'namesOf' | 'run'>
  readonly clock: Clock
  readonly log: Log
}

export interface RunningSettings {
  readonly ring: boolean
  readonly isPicked: boolean
  readonly forMs: number
  readonly returnWithinMs: number
}

export interface RehearsalListener {
  /** The PBX is gone for the users, or there again. */
  onPhase(sheet: PassSheet): void
  /** The sheet is complete. Never rejects. */
  onOver(sheet: PassSheet): Promise<void>
}

const lookEveryMs = 500
/** A look this late: the box has more to do than it can. */
const lateMs = 3_000

/** One rehearsal from its begin to its sheet: performs what the machine says. */
export class RunningRehearsal {
  readonly #parts: RunningParts
  readonly #settings: RunningSettings
  readonly #examining = new AbortController()
  readonly #done = Promise.withResolvers<void>()
  #isExamined = false
  #isClosed = false
  #listener: RehearsalListener | undefined
  #sheet: PassSheet
  #run: RehearsalRun
  #timer: Timer | undefined
  #setBackMs = 0

  constructor(sheet: PassSheet, settings: RunningSettings, parts: RunningParts) {
    this.#sheet = sheet
    this.#settings = settings
    this.#parts = parts
    this.#run = newRun({ ...settings, at: sheet.startedAt, users: sheet.users, bindings: parts.bindings })
  }

  /** As far as it is filled in. */
  get sheet(): PassSheet {
    if (this.#sheet.conclusion) return this.#sheet
    const results = [...this.#sheet.results, ...phoneResults(this.#run)]
    return { ...this.#sheet, results }
  }

  /** From now on the PBX is gone for the users. */
  start(listener: RehearsalListener): void {
    const { names, examination, log } = this.#parts
    this.#listener = listener
    const { domain, users } = this.#sheet
    const { ring, isPicked } = this.#settings
    const examined = { domain, users, ring, isPicked }
    names.begin(examination.namesOf(examined))
    listener.onPhase(this.sheet)
    examination
      .run(examined, (results) => this.#note(results), this.#examining.signal)
      .then(() => {
        this.#isExamined = true
      })
      .catch((error: unknown) => {
        log.error({ rehearsal: this.#sheet.id, error }, 'a check of the rehearsal failed itself')
        this.end('a check failed by a fault of the box, see its log')
      })
    this.#lookLater()
  }

  /** Before its time; false when the phones are on their way home already. */
  end(why: string): boolean {
    if (this.#run.name !== 'away') return false
    const { bindings } = this.#parts
    const at = this.#now()
    this.#take({ type: 'looked', at, bindings })
    this.#take({ type: 'stopped', at, why })
    return true
  }

  /** Nobody can come home now. Resolves when the sheet is kept. */
  async breakOff(why: string): Promise<void> {
    this.#take({ type: 'broken-off', at: this.#now(), why })
    await this.#done.promise
  }

  /** A clock that was set back must not keep phones from their PBX for longer. */
  #now(): number {
    return this.#parts.clock.now() + this.#setBackMs
  }

  #lookLater(): void {
    const { clock, bindings, needs } = this.#parts
    const startedAt = this.#now()
    const due = startedAt + lookEveryMs
    this.#timer = clock.after(lookEveryMs, () => {
      if (this.#now() < startedAt) this.#setBackMs += due - this.#now()
      const at = this.#now()
      const overload = at - due > lateMs ? 'the box was too busy' : needs.overload()
      if (overload !== undefined) this.end(overload)
      this.#take({ type: 'looked', at, bindings })
      if (this.#run.name !== 'over') this.#lookLater()
    })
  }

  #take(event: RehearsalEvent): void {
    const before = this.#run
    const run = nextRun(before, event)
    this.#run = run
    if (run.name === before.name || run.name === 'away') return
    if (before.name === 'away') this.#haveBack(run.end)
    const until = run.name === 'over' ? run.at : run.until
    this.#sheet = { ...this.#sheet, phase: run.name, end: run.end, until }
    if (run.name === 'over') this.#finish()
    else this.#listener?.onPhase(this.sheet)
  }

  /** Before anything else: the PBX is there again for everybody. */
  #haveBack({ isEarly }: RehearsalEnd): void {
    this.#parts.names.end()
    this.#examining.abort()
    if (!this.#isExamined && !isEarly)
      this.#sheet = { ...this.#sheet, results: [...this.#sheet.results, unfinished] }
    this.#isClosed = true
  }

  #finish(): void {
    this.#timer?.cancel()
    const { sheet } = this
    this.#sheet = { ...sheet, conclusion: sheet.end && conclusionOf(sheet.results, sheet.end) }
    void this.#listener?.onOver(this.#sheet).finally(() => this.#done.resolve())
  }

  /** What is seen when the PBX is there again was not seen in its absence. */
  #note(results: readonly CheckResult[]): void {
    if (!this.#isClosed) this.#sheet = { ...this.#sheet, results: [...this.#sheet.results, ...results] }
  }
}

const unfinished: CheckResult = {
  ...{ check: 'dialling', subject: 'all checks', outcome: 'fail', tookMs: 0 },
  text: 'were not finished when the time was over',
  advice: 'Rehearse for longer, or with fewer phones.',
}
