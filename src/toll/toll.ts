import type { TollFraudSection } from '../config/sections/toll-fraud.ts'
import type { CallClass } from '../domain/call-class.ts'
import type { CallRate } from '../domain/call-rate.ts'
import type { NoticeSink } from '../domain/notice.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { CallQuestion } from '../domain/route.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { TollAlarm } from './alarm.ts'
import { BlockList } from './block-list.ts'
import { DaySheet } from './day-sheet.ts'
import { type DialAccounts, DialPermission, type Prohibition } from './dial-permission.ts'
import { type ClaimFacts, OutsideClaim } from './outside-claim.ts'
import { type Payer, parsePayer, payerOf, printPayer } from './payer.ts'
import { RunningCalls } from './running-calls.ts'
import { describeStanding, type Standing, tightest } from './standing.ts'
import { Tallies } from './tallies.ts'
import type { Tally } from './tally.ts'
import { TollMemory, type TollStore } from './toll-memory.ts'
import type { TollView } from './toll-view.ts'
import { limitsOf } from './usual-limits.ts'

export interface TollParts {
  readonly section: TollFraudSection
  /** IANA name; undefined: the machine's. */
  readonly timeZone: string | undefined
  readonly numbers: { classOf(number: E164): CallClass }
  readonly accounts: DialAccounts
  readonly store: TollStore
  readonly notices: NoticeSink
  readonly clock: Clock
  readonly log: Log
}

export interface Refusal {
  readonly status: number
  readonly reason: string
  readonly why: string
}

export type TollVerdict =
  | { readonly kind: 'allowed'; readonly claim: OutsideClaim; readonly why: string }
  | ({ readonly kind: 'refused' } & Refusal)

const mostSpenders = 10
const nobodyPays: Prohibition = {
  by: 'nobody pays',
  reason: 'Not Permitted',
  why: 'nobody has proven to be the one who pays for a call outside',
}

/** Keeps calls outside within what their payers may spend: the last word before an INVITE leaves for money. */
export class Toll implements Part {
  readonly name = 'toll limits'
  /** Since the start; refusals by what refused: a limit's name, `rights`, `block`, `nobody pays`. */
  readonly counts = { allowed: 0, blocks: 0, refused: new Map<string, number>() }
  readonly #parts: TollParts
  readonly #tallies: Tallies
  readonly #blocks = new BlockList()
  readonly #permission: DialPermission
  readonly #sheet = new DaySheet()
  readonly #memory: TollMemory
  readonly #alarm: TollAlarm
  readonly #running: RunningCalls
  /** Numbers that were counted for a question: one more line tried for it is no new attempt. */
  readonly #counted = new WeakMap<CallQuestion, Set<E164>>()

  constructor(parts: TollParts) {
    const { section, accounts, timeZone, store, notices, clock, log } = parts
    this.#parts = parts
    this.#tallies = new Tallies(limitsOf(section), timeZone)
    this.#permission = new DialPermission(section, accounts, this.#tallies, this.#blocks)
    this.#memory = new TollMemory(store, clock, log)
    this.#alarm = new TollAlarm(notices, log)
    this.#running = new RunningCalls(clock, {
      onLook: (now) => this.#turnDay(now),
      onUsedUp: (tally, standing, { payer, number }) => this.#crossed(payer, number, tally, standing),
    })
  }

  async start(): Promise<void> {
    const { blocks, day } = await this.#memory.read()
    if (blocks) this.#blocks.restore(blocks)
    this.#tallies.restore(day?.tallies ?? { day: '', totals: [] }, this.#parts.clock.now())
    if (day && day.tallies.day === this.#tallies.day) this.#sheet.restore(day.spenders)
  }

  async stop(): Promise<void> {
    this.#running.stop()
    await this.#memory.stop()
  }

  /**
   * Why such a call may not be placed at all now: nobody pays, no right, a block, the hour. No attempt is counted; a refusal
   * is, for then the call ends here.
   */
  refusal(question: CallQuestion, number: E164, callClass: CallClass): Refusal | undefined {
    const payer = this.#payerOf(question)
    const prohibition = payer
      ? this.#permission.prohibition(payer, { number, callClass }, question.at)
      : nobodyPays
    return prohibition && this.#refuse(prohibition)
  }

  /**
   * Claims a place for a call that is about to be sent. An attempt counts whatever becomes of it; the lines that are tried
   * for one question, the same object each time, count as one. A refusal may block the payer, and alarms.
   */
  claim(question: CallQuestion, number: E164, rate: CallRate | undefined): TollVerdict {
    const payer = this.#payerOf(question)
    const isProven = question.source !== 'phone' || question.callerIsAuthenticated
    if (!payer || !isProven) return { kind: 'refused', ...this.#refuse(nobodyPays) }
    const callClass = this.#parts.numbers.classOf(number)
    const prohibition = this.#permission.prohibition(payer, { number, callClass }, question.at)
    if (prohibition) return { kind: 'refused', ...this.#refuse(prohibition) }

    const now = this.#parts.clock.now()
    this.#turnDay(now)
    const tallies = this.#tallies
      .rulesFor(payer, number, callClass, now)
      .map((rule) => this.#tallies.of(rule, payer))
    const isNew = !this.#counted.get(question)?.has(number)
    const met = tallies.flatMap((tally) =>
      tally.standings(number, rate, isNew, now).map((standing) => ({ tally, standing })),
    )
    const full = met.find(({ standing }) => standing.isFull)
    if (full) {
      this.#crossed(payer, number, full.tally, full.standing)
      const why = textOf(full.tally, full.standing)
      return { kind: 'refused', ...this.#refuse({ by: full.tally.limit.name, reason: 'Limit Reached', why }) }
    }
    if (isNew) this.#count(question, number, tallies, now)
    this.counts.allowed += 1
    const nearest = tightest(met)
    return {
      kind: 'allowed',
      claim: this.#newClaim({ payer, number, rate, tallies }),
      why: nearest ? textOf(nearest.tally, nearest.standing) : 'no limit is for this call',
    }
  }

  /**
   * Whether a user may connect two parties outside and leave: he goes on paying for whom he called. `numbers` are those
   * that were called; who called in has none.
   */
  mayConnectOutside(question: CallQuestion, numbers: readonly E164[]): Refusal | undefined {
    const { section, numbers: plan } = this.#parts
    if (section.outsideTransfers === 'never') {
      const why = 'nobody may connect two parties outside (tollFraud.outsideTransfers)'
      return this.#refuse({ by: 'outsideTransfers', reason: 'Not Permitted', why })
    }
    for (const number of numbers) {
      const refusal = this.refusal(question, number, plan.classOf(number))
      if (refusal) return refusal
    }
    return undefined
  }

  /** Lets a payer (`user 201@site-a.example`) call outside again, with all his allowance; false when he was not blocked. */
  release(payerText: string, by: string): boolean {
    const payer = parsePayer(payerText)
    if (!payer || !this.#blocks.release(payer, by, this.#parts.clock.now())) return false
    this.#tallies.forgive(payer)
    this.#memory.keepBlocks(this.#blocks.kept)
    this.#parts.log.info({ payer: payerText, by }, 'calls outside released')
    return true
  }

  view(): TollView {
    return {
      blocks: this.#blocks.all.map((block) => ({
        payer: printPayer(block.payer),
        since: block.since,
        limit: block.limit,
        why: block.why,
        refused: this.#blocks.heldBackBy(block),
      })),
      spenders: this.#sheet.top(mostSpenders),
      releases: this.#blocks.releases,
      callsNow: this.#running.size,
    }
  }

  #payerOf(question: CallQuestion): Payer | undefined {
    return payerOf(question, (user) => this.#parts.accounts.resolve(user))
  }

  #count(question: CallQuestion, number: E164, tallies: readonly Tally[], now: number): void {
    const counted = this.#counted.get(question) ?? new Set()
    this.#counted.set(question, counted.add(number))
    for (const tally of tallies) tally.count(number, now)
  }

  #newClaim(facts: ClaimFacts): OutsideClaim {
    const { clock } = this.#parts
    return new OutsideClaim(facts, {
      now: () => clock.now(),
      onAnswered: (claim) => this.#answered(claim),
      onOver: (claim) => this.#over(claim),
    })
  }

  #answered(claim: OutsideClaim): void {
    this.#running.add(claim)
    const { payer, number } = claim
    // It rang while he was blocked.
    const block = this.#blocks.find(payer, number, this.#parts.numbers.classOf(number), this.#tallies.rules)
    if (block && this.#parts.section.enabled) claim.end(`blocked: ${block.why}`)
  }

  #over(claim: OutsideClaim): void {
    const now = this.#parts.clock.now()
    this.#running.delete(claim)
    this.#turnDay(now)
    for (const tally of claim.tallies) tally.settle(claim, now)
    if (claim.answeredAt === undefined) return
    this.#sheet.add(claim.payer, claim, now)
    this.#memory.dayChanged(() => ({
      tallies: this.#tallies.kept(this.#parts.clock.now()),
      spenders: this.#sheet.all(),
    }))
  }

  #turnDay(now: number): void {
    if (this.#tallies.turnDay(now)) this.#sheet.clear()
  }

  #crossed(payer: Payer, number: E164, tally: Tally, standing: Standing): void {
    const { name, who, onCrossing: action } = tally.limit
    const now = this.#parts.clock.now()
    if (action !== 'refuse') this.#block(payer, tally, textOf(tally, standing), now)
    const payerText = who === 'everybody' ? who : printPayer(payer)
    const crossing = { payer: payerText, limit: name, action, standing: describeStanding(standing), number }
    this.#alarm.raise(crossing, now)
  }

  /** What he has under way of the calls that are blocked ends too: that is where the money goes. */
  #block(payer: Payer, { limit }: Tally, why: string, since: number): void {
    const scope = limit.onCrossing === 'block' ? 'all' : 'such'
    this.#blocks.add({ payer, since, limit: limit.name, scope, why })
    this.counts.blocks += 1
    this.#memory.keepBlocks(this.#blocks.kept)
    const isHis = (claim: OutsideClaim) => printPayer(claim.payer) === printPayer(payer)
    const isSuch = ({ tallies }: OutsideClaim) => tallies.some((tally) => tally.limit === limit)
    this.#running.end((claim) => isHis(claim) && (scope === 'all' || isSuch(claim)), `blocked: ${why}`)
  }

  // 403 and never 6xx: another box that asked for a line may find one elsewhere.
  #refuse({ by, reason, why, block }: Prohibition): Refusal {
    this.counts.refused.set(by, (this.counts.refused.get(by) ?? 0) + 1)
    if (block) this.#blocks.countOn(block)
    return { status: 403, reason, why }
  }
}

function textOf({ limit }: Tally, standing: Standing): string {
  return `limit ${limit.name}: ${describeStanding(standing)}`
}
