import { type Aor, type AorText, printAor } from '../../domain/aor.ts'
import type { CallRecord } from '../../domain/call-record.ts'
import type { Outage } from '../../domain/outage.ts'
import type { Timer } from '../../lib/clock.ts'
import type { Part } from '../../lib/part.ts'
import { callsAtVerdict } from './calls-at-verdict.ts'
import type { Concerned } from './concerned-calls.ts'
import { KeptReports } from './kept-reports.ts'
import type { LedgerParts, LedgerPbx, LedgerPbxChange } from './ledger-parts.ts'
import { newReport, type RegistrationOutcome } from './next-report.ts'
import { countsByPbx, countsWith, type OutageCounts } from './outage-counts.ts'
import { outageId } from './outage-id.ts'
import { type OutagePhase, outageNotice } from './outage-notice.ts'
import type { OutageReport } from './outage-report.ts'
import { resumedOutage } from './past-outage.ts'
import { PhoneRoll } from './phone-roll.ts'
import { RunningOutage } from './running-outage.ts'

/** How often the phones are looked at; many phones less often. */
const lookEveryMs = 2_000
const manyPhones = 2_000
const lookSeldomMs = 10_000

/** Users that a rehearsal is about. */
export interface RehearsalBegin {
  readonly pbx: string
  readonly domain: string
  readonly users: ReadonlySet<AorText>
  readonly why: string
}

/** Writes down what each outage and rehearsal was like: a report from the verdict until all phones are home. */
export class OutageLedger implements Part {
  readonly name = 'outage-ledger'
  readonly #parts: LedgerParts
  readonly #kept: KeptReports
  readonly #running = new Set<RunningOutage>()
  readonly #closed = new Map<string, OutageCounts>()
  #isRunning = false
  #timer: Timer | undefined

  constructor(parts: LedgerParts) {
    this.#parts = parts
    this.#kept = new KeptReports(parts.store, parts.clock, parts.log)
    parts.pbxs.onStateChange((change) => this.#pbxChanged(change))
  }

  /** Goes on with the outages that the last run of the box left open, or closes them. */
  async start(): Promise<void> {
    const { archive, facts, clock, pbxs } = this.#parts
    for (const open of await this.#kept.open())
      this.#running.add(await resumedOutage(open, archive, facts, clock))
    this.#isRunning = true
    const now = pbxs.view()
    for (const outage of [...this.#running]) this.#resume(outage, now)
    for (const pbx of now) {
      if (!isInCharge(pbx.state) && !this.#standingIn(pbx.name)) this.#begin(changeTo(pbx))
    }
    this.#look()
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    this.#timer?.cancel()
    this.#timer = undefined
    for (const outage of this.#running) this.#kept.save(outage, 'now')
    await this.#kept.done()
  }

  /** It rings, or was answered. */
  callChanged(record: CallRecord): void {
    for (const outage of this.#running) outage.callChanged(record)
  }

  callEnded(record: CallRecord): void {
    for (const outage of this.#running) outage.callEnded(record)
  }

  callForgotten(id: string): void {
    for (const outage of this.#running) outage.callForgotten(id)
  }

  /** The box has answered a REGISTER itself. */
  registered(user: Aor, outcome: RegistrationOutcome): void {
    for (const outage of this.#running) {
      const { domain, users } = outage.concerned
      if (user.domain !== domain || (users && !users.has(printAor(user)))) continue
      outage.note({ type: 'registration', outcome })
    }
  }

  /** For these users the box acts as if their PBX were gone. */
  rehearsalBegan({ why, ...concerned }: RehearsalBegin): void {
    const now = this.#parts.clock.now()
    const outage = { cause: 'rehearsal' as const, why, startedAt: now, detectedAt: now }
    this.#add(concerned, outage, [])
  }

  rehearsalEnded(pbx: string): void {
    for (const outage of this.#running)
      if (outage.concerned.pbx === pbx && outage.concerned.users) this.#returned(outage)
  }

  /** Newest first. */
  async list(most: number): Promise<readonly OutageReport[]> {
    return this.#kept.list(most, this.#reports())
  }

  async find(id: string): Promise<OutageReport | undefined> {
    return this.#reports().find((report) => report.id === id) ?? this.#kept.find(id)
  }

  /** By PBX. */
  get counts(): ReadonlyMap<string, OutageCounts> {
    const running = this.#reports().filter(({ stage }) => stage !== 'closed')
    return countsByPbx(this.#closed, running, this.#parts.clock.now())
  }

  #reports(): OutageReport[] {
    return [...this.#running].map(({ report }) => report)
  }

  #pbxChanged(change: LedgerPbxChange): void {
    if (!this.#isRunning) return // `start` looks at how the PBXs are
    const outage = this.#standingIn(change.name)
    if (isInCharge(change.to)) {
      if (outage) this.#returned(outage, change.at)
    } else if (outage) outage.note({ type: 'faults', faults: change.faults })
    else this.#begin(change)
  }

  #standingIn(pbx: string): RunningOutage | undefined {
    return [...this.#running].find(
      ({ concerned, report }) => concerned.pbx === pbx && !concerned.users && report.stage === 'standing-in',
    )
  }

  #begin({ name, domain, why, cause = 'silent', at, suspectSince = at, faults }: LedgerPbxChange): void {
    for (const outage of this.#running)
      if (outage.concerned.pbx === name && outage.report.stage === 'coming-home')
        this.#close(outage, 'the PBX was gone again before all phones were home')
    const outage = { cause, why, startedAt: suspectSince, detectedAt: at }
    this.#told(this.#add({ pbx: name, domain }, outage, faults), 'began')
  }

  #add(
    concerned: Concerned,
    begin: Pick<Outage, 'cause' | 'why' | 'startedAt' | 'detectedAt'>,
    faults: readonly string[],
  ): RunningOutage {
    const { calls, facts, clock, log } = this.#parts
    const { pbx, domain } = concerned
    const { up, failedBefore } = callsAtVerdict(calls, begin, concerned, facts)
    const id = outageId(pbx, begin.cause, begin.detectedAt)
    const report = newReport({
      outage: { id, pbx, domain, ...begin },
      faults,
      failedBefore,
      upAtVerdict: up.length,
    })
    const outage = new RunningOutage(report, new PhoneRoll(), concerned, facts, clock)
    outage.areUp(up)
    this.#running.add(outage)
    outage.lookAt(this.#phonesOf(outage), 'verdict')
    this.#kept.save(outage, 'now')
    log.info({ outage: id, phones: outage.report.phones.known, callsUp: up.length }, 'outage report begun')
    this.#lookSoon()
    return outage
  }

  /** An outage of the last run: does it last? */
  #resume(outage: RunningOutage, pbxs: readonly LedgerPbx[]): void {
    const { report } = outage
    const pbx = pbxs.find(({ name }) => name === report.pbx)
    if (!pbx || report.cause === 'rehearsal') {
      this.#returned(outage)
      this.#close(
        outage,
        pbx ? 'the box ended: the rehearsal was cut short' : 'this PBX is not in the config any more',
      )
    } else if (report.stage === 'standing-in' && isInCharge(pbx.state)) {
      outage.note({ type: 'note', text: 'the PBX came back while the box was away' })
      this.#returned(outage)
    }
  }

  #returned(outage: RunningOutage, at = this.#parts.clock.now()): void {
    if (outage.report.stage !== 'standing-in') return
    outage.lookAt(this.#phonesOf(outage), 'standing-in')
    outage.note({ type: 'returned', at })
    this.#kept.save(outage, 'now')
    this.#told(outage, 'returned')
  }

  #close(outage: RunningOutage, note?: string): void {
    if (note !== undefined) outage.note({ type: 'note', text: note })
    outage.note({ type: 'closed' })
    this.#kept.save(outage, 'now')
    this.#kept.trim()
    const { report } = outage
    const { id, pbx, phones, served, failed } = report
    this.#closed.set(pbx, countsWith(this.#closed.get(pbx), report, this.#parts.clock.now()))
    this.#parts.log.info({ outage: id, served, failed, away: phones.away }, 'outage report closed')
    this.#told(outage, 'closed')
  }

  /** The rehearsal tells of itself. */
  #told({ report }: RunningOutage, phase: OutagePhase): void {
    const { notices, clock } = this.#parts
    if (report.cause !== 'rehearsal') notices.send(outageNotice(report, phase, clock.now()))
  }

  #look(): void {
    for (const outage of [...this.#running]) {
      const { stage } = outage.report
      if (stage !== 'closed') this.#lookAt(outage, stage)
      else if (outage.unsaved.report) this.#kept.save(outage, 'now')
      else this.#running.delete(outage)
    }
    this.#lookSoon()
  }

  #lookAt(outage: RunningOutage, stage: 'standing-in' | 'coming-home'): void {
    outage.lookAt(this.#phonesOf(outage), stage === 'coming-home' ? 'returned' : 'standing-in')
    const { phones, endedAt } = outage.report
    const isOver = endedAt !== undefined && this.#parts.clock.now() - endedAt >= this.#parts.homeWithinMs
    if (stage === 'coming-home' && (phones.away === 0 || isOver)) this.#close(outage)
    else this.#kept.save(outage, 'due')
  }

  #lookSoon(): void {
    if (!this.#isRunning || this.#running.size === 0) return
    this.#timer?.cancel()
    const phones = [...this.#running].reduce((sum, { roll }) => sum + roll.size, 0)
    const afterMs = phones > manyPhones ? lookSeldomMs : lookEveryMs
    this.#timer = this.#parts.clock.after(afterMs, () => this.#look())
  }

  *#phonesOf({ concerned: { domain, users } }: RunningOutage) {
    for (const phone of this.#parts.phonesOf(domain)) if (!users || users.has(phone.aor)) yield phone
  }
}

/** As if it had just been told. */
function changeTo({ name, domain, state, since, why, outage }: LedgerPbx): LedgerPbxChange {
  const { cause, startedAt = since, detectedAt = since } = outage ?? {}
  return { name, domain, to: state, why, cause, at: detectedAt, suspectSince: startedAt, faults: [] }
}

function isInCharge(state: LedgerPbx['state']): boolean {
  return state === 'normal' || state === 'suspect'
}
