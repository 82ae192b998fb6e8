import type { AorText } from '../../domain/aor.ts'
import type { NoticeSink } from '../../domain/notice.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import { type Choice, chooseUsers, type KnownUsers } from './chosen-users.ts'
import type { Examination } from './examination.ts'
import { type RealNeeds, troubleFor } from './known-trouble.ts'
import type { CheckResult, PassSheet } from './pass-sheet.ts'
import { verdictText } from './pass-sheet-text.ts'
import { longestMs, type RehearsalAnswer, type RehearsalOrder, shortestMs } from './rehearsal-order.ts'
import type { Bindings } from './rehearsal-run.ts'
import type { RehearsedNames } from './rehearsed-names.ts'
import { RunningRehearsal } from './running-rehearsal.ts'
import type { SheetShelf } from './sheet-shelf.ts'

export interface RehearsalsParts {
  readonly known: KnownUsers
  readonly needs: RealNeeds
  readonly names: RehearsedNames
  readonly bindings: Bindings
  readonly examination: Pick<Examination, 'namesOf' | 'run'>
  readonly shelf: SheetShelf
  /** How long the box registers a phone in place of its PBX. */
  readonly expirySeconds: number
  readonly notices: NoticeSink
  readonly clock: Clock
  readonly log: Log
}

type Chosen = Extract<Choice, { kind: 'chosen' }>

/** Phones may be late by this much when they come home. */
const returnGraceMs = 30_000

/** Rehearsals: one at a time, each with a pass sheet; whatever really needs the box comes first. */
export class Rehearsals implements Part {
  readonly name = 'rehearsals'
  readonly #parts: RehearsalsParts
  readonly #listeners: ((sheet: PassSheet) => void)[] = []
  #running: RunningRehearsal | undefined
  #isBeginning = false
  #isOpen = false

  constructor(parts: RehearsalsParts) {
    this.#parts = parts
  }

  /** A rehearsal that was under way when the box ended is not gone on with: its sheet says so. */
  async start(): Promise<void> {
    const { shelf, clock, log } = this.#parts
    const torn = await shelf.load()
    this.#isOpen = true
    if (!torn) return
    const end = { isEarly: true, why: 'the box was restarted in the middle of it' }
    const conclusion = torn.results.some(({ outcome }) => outcome === 'fail') ? 'fail' : 'cut-short'
    log.warn({ rehearsal: torn.id, pbx: torn.pbx }, 'a rehearsal was cut short by the restart')
    await shelf.end({ ...torn, phase: 'over', until: clock.now(), end, conclusion })
  }

  async stop(): Promise<void> {
    this.#isOpen = false
    await this.#running?.breakOff('the box was stopped')
  }

  /** Resolves when it has begun, and would be known of after a crash. */
  async begin(order: RehearsalOrder): Promise<RehearsalAnswer> {
    if (this.#running || this.#isBeginning) return refused('another rehearsal is under way')
    if (!this.#isOpen) return refused('the box is not ready')
    if (!(order.forMs >= shortestMs && order.forMs <= longestMs)) {
      return refused(`a rehearsal lasts from ${shortestMs / 1_000} s to ${longestMs / 60_000} min`)
    }
    const choice = chooseUsers(order, this.#parts.known)
    if (choice.kind === 'refused') return choice
    const trouble = troubleFor(choice.pbx, this.#parts.needs)
    if (trouble !== undefined) return refused(trouble)
    this.#isBeginning = true
    try {
      return { kind: 'begun', id: await this.#begin(order, choice) }
    } finally {
      this.#isBeginning = false
    }
  }

  /** A person ends it; false when there is none, or the phones are on their way home already. */
  stopNow(by: string): boolean {
    return this.#running?.end(`stopped by ${by}`) ?? false
  }

  /** Something real needs the box. */
  realNeed(why: string): void {
    this.#running?.end(why)
  }

  /** A PBX is gone for everybody. */
  pbxIsGone(name: string, why: string): void {
    if (this.#running?.sheet.pbx === name) void this.#running.breakOff(`PBX ${name} is really gone: ${why}`)
  }

  /** Told when the PBX is gone for the users, when it is there again, and when the sheet is complete. */
  onPhase(listener: (sheet: PassSheet) => void): void {
    this.#listeners.push(listener)
  }

  /** The one that is under way. */
  get current(): PassSheet | undefined {
    const sheet = this.#running?.sheet
    return sheet?.phase === 'over' ? undefined : sheet
  }

  /** Newest first, the one that is under way among them. */
  recent(): readonly PassSheet[] {
    const { current } = this
    return [...(current ? [current] : []), ...this.#parts.shelf.sheets.toReversed()]
  }

  find(id: string): PassSheet | undefined {
    return this.recent().find((sheet) => sheet.id === id)
  }

  async #begin(order: RehearsalOrder, { pbx, users, leftOut, unknown }: Chosen): Promise<string> {
    const { shelf, expirySeconds, clock, log } = this.#parts
    const { by, group, ring, forMs, returnWithinMs = expirySeconds * 1_000 + returnGraceMs } = order
    const startedAt = clock.now()
    const sheet: PassSheet = {
      ...{ id: shelf.nextId, pbx: pbx.name, domain: pbx.domain, by, group, users, leftOut, startedAt },
      ...{ phase: 'away', until: startedAt + forMs, end: undefined, conclusion: undefined },
      results: unknown.map(withoutPassword),
    }
    await shelf.begin(sheet)
    // It may have got worse while the disk was busy.
    const running = new RunningRehearsal(
      sheet,
      { ring, isPicked: order.users !== undefined, forMs, returnWithinMs },
      this.#parts,
    )
    this.#running = running
    log.warn({ rehearsal: sheet.id, pbx: pbx.name, users: users.length, by, forMs }, 'rehearsal began')
    running.start({ onPhase: (now) => this.#tell(now), onOver: (over) => this.#over(over) })
    const trouble = this.#isOpen ? troubleFor(pbx, this.#parts.needs) : 'the box was stopped'
    if (trouble !== undefined) running.end(trouble)
    return sheet.id
  }

  async #over(sheet: PassSheet): Promise<void> {
    const { shelf, notices, clock, log } = this.#parts
    await shelf.end(sheet)
    this.#running = undefined
    const { id, pbx, by, conclusion, end } = sheet
    const verdict = verdictText(sheet)
    log.warn({ rehearsal: id, pbx, conclusion, ended: end?.why, verdict }, 'rehearsal over')
    notices.send({
      event: 'rehearsal',
      at: clock.now(),
      summary: `Rehearsal ${id} without the PBX ${pbx}, ordered by ${by}: ${verdict}`,
      facts: { ...sheet },
    })
    this.#tell(sheet)
  }

  /** A listener's bug must not end the box. */
  #tell(sheet: PassSheet): void {
    for (const listener of this.#listeners) {
      try {
        listener(sheet)
      } catch (error) {
        this.#parts.log.error({ rehearsal: sheet.id, error }, 'rehearsal not handled by a listener')
      }
    }
  }
}

function withoutPassword(user: AorText): CheckResult {
  return {
    ...{ check: 'registration', subject: user.replace(/^sip:|@.*$/g, ''), outcome: 'fail', tookMs: 0 },
    text: 'took no part: the box does not know its password, and would turn its phone away',
    advice: 'Import the users of the PBX, or put the password or its HA1 into the config.',
  }
}

function refused(why: string): RehearsalAnswer {
  return { kind: 'refused', why }
}
