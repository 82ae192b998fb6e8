import type { TollFraudSection } from '../config/sections/toll-fraud.ts'
import { type Aor, parseAor } from '../domain/aor.ts'
import type { CallClass } from '../domain/call-class.ts'
import type { CallRate } from '../domain/call-rate.ts'
import { type DialRight, mayReach, rightFor } from '../domain/dial-right.ts'
import type { NoticeSink } from '../domain/notice.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { CallQuestion } from '../domain/route.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { TollAlarm } from './alarm.ts'
import { type Block, BlockList } from './block-list.ts'
import { DaySheet, type Spender } from './day-sheet.ts'
import { OutsideClaim } from './outside-claim.ts'
import { type Payer, parsePayer, payerOf, printPayer } from './payer.ts'
import { RunningCalls } from './running-calls.ts'
import { describeStanding, type Standing, tightest } from './standing.ts'
import { Tallies } from './tallies.ts'
import type { Tally } from './tally.ts'
import { TollMemory, type TollStore } from './toll-memory.ts'
import type { TollRule } from './toll-rule.ts'

export interface TollParts {
  readonly section: TollFraudSection
  /** IANA name; undefined: the machine's. */
  readonly timeZone: string | undefined
  readonly numbers: { classOf(number: E164): CallClass }
  readonly accounts: {
    /** The one name of a user, whichever of its aliases was asked for. */
    resolve(user: Aor): Aor | undefined
    mayDial(user: Aor): readonly DialRight[] | undefined
  }
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

/** How the limits stand, for the operator. */
export interface TollView {
  readonly blocks: readonly {
    readonly payer: string
    readonly since: number
    readonly limit: string
    readonly why: string
    /** Calls held back since it was made, or the box started. */
    readonly refused: number
  }[]
  /** Today's, the dearest first. */
  readonly spenders: readonly Spender[]
  /** The latest last. */
  readonly releases: readonly {
    readonly payer: string
    readonly limit: string
    readonly at: number
    readonly by: string
  }[]
  readonly callsNow: number
}

interface StandingRefusal {
  /** A limit's name, `rights` or `block`. */
  readonly by: string
  readonly refusal: Refusal
  readonly block?: Block
}

interface Counter {
  readonly rule: TollRule
  readonly tally: Tally
}

const mostSpenders = 10

/** Keeps calls outside within what their payers may spend: the last word before an INVITE leaves for money. */
export class Toll implements Part {
  readonly name = 'toll limits'
  /** Since the start; refusals by what refused: a limit's name, `rights`, `block`, `nobody pays`. */
  readonly counts = { allowed: 0, blocks: 0, refused: new Map<string, number>() }
  readonly #parts: TollParts
  readonly #tallies: Tallies
  readonly #blocks = new BlockList()
  readonly #sheet = new DaySheet()
  readonly #memory: TollMemory
  readonly #alarm: TollAlarm
  readonly #running: RunningCalls
  /** Numbers that were counted for a question: one more line tried for it is no new attempt. */
  readonly #counted = new WeakMap<CallQuestion, Set<E164>>()

  constructor(parts: TollParts) {
    const { section, timeZone, store, notices, clock, log } = parts
    this.#parts = parts
    this.#tallies = new Tallies(section.enabled ? section.limits : [], timeZone)
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
   * Why such a call may not be placed at all now: nobody pays, no right, a block. No attempt is counted; a refusal is, for
   * then the call ends here.
   */
  refusal(question: CallQuestion, number: E164, callClass: CallClass): Refusal | undefined {
    const payer = this.#payerOf(question)
    if (!payer) {
      const why = `nobody pays for a call outside from ${question.source}`
      return this.#refuse('nobody pays', refused('Not Permitted', why))
    }
    const standing = this.#standingRefusal(payer, question, number, callClass)
    return standing && this.#refuse(standing.by, standing.refusal, standing.block)
  }

  /**
   * Claims a place for a call that is about to be sent. An attempt counts whatever becomes of it; the lines that are tried
   * for one question, the same object each time, count as one. A refusal may block the payer, and alarms.
   */
  claim(question: CallQuestion, number: E164, rate: CallRate | undefined): TollVerdict {
    const payer = this.#payerOf(question)
    if (!payer || (question.source === 'phone' && !question.callerIsAuthenticated)) {
      const refusal = refused('Not Permitted', 'nobody has proven to be the one who pays')
      return { kind: 'refused', ...this.#refuse('nobody pays', refusal) }
    }
    const { clock, numbers } = this.#parts
    const now = clock.now()
    const callClass = numbers.classOf(number)
    const standing = this.#standingRefusal(payer, question, number, callClass)
    if (standing) {
      return { kind: 'refused', ...this.#refuse(standing.by, standing.refusal, standing.block) }
    }

    this.#turnDay(now)
    const isNew = !this.#counted.get(question)?.has(number)
    const counters = this.#tallies
      .rulesFor(payer, number, callClass, now)
      .map((rule): Counter => ({ rule, tally: this.#tallies.of(rule, payer) }))
    const met = counters.map(({ tally }) => ({
      tally,
      standings: tally.standings(number, rate, isNew, now),
    }))
    for (const { tally, standings } of met) {
      const full = standings.find(({ isFull }) => isFull)
      if (!full) continue
      this.#crossed(payer, number, tally, full)
      const refusal = refused('Limit Reached', textOf(tally, full))
      return { kind: 'refused', ...this.#refuse(tally.limit.name, refusal) }
    }
    if (isNew) this.#count(question, number, counters, now)
    this.counts.allowed += 1
    const near = tightest(met.flatMap(({ standings }) => standings))
    const nearest = met.find(({ standings }) => near && standings.includes(near))
    return {
      kind: 'allowed',
      claim: this.#newClaim(payer, number, rate, counters),
      why: near && nearest ? textOf(nearest.tally, near) : 'no limit is for this call',
    }
  }

  /**
   * Whether a user may connect two parties outside and leave: he goes on paying for whom he called. `numbers` are those
   * that were called; who called in has none.
   */
  mayConnectOutside(question: CallQuestion, numbers: readonly E164[]): Refusal | undefined {
    const { section } = this.#parts
    if (section.outsideTransfers === 'never') {
      return refused('Not Permitted', 'nobody may connect two parties outside (tollFraud.outsideTransfers)')
    }
    for (const number of numbers) {
      const refusal = this.refusal(question, number, this.#parts.numbers.classOf(number))
      if (refusal) return refusal
    }
    return undefined
  }

  /** Lets a payer call outside again, with all his allowance; false when he was not blocked. */
  release(payerText: string, by: string): boolean {
    const payer = parsePayer(payerText)
    if (!payer) return false
    const isReleased = this.#blocks.release(payer, by, this.#parts.clock.now())
    if (!isReleased) return false
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

  #standingRefusal(
    payer: Payer,
    question: CallQuestion,
    number: E164,
    callClass: CallClass,
  ): StandingRefusal | undefined {
    if (!this.#hasRight(payer, callClass)) {
      const why = `${printPayer(payer)} has no right to call ${callClass} numbers ("${rightFor(callClass)}")`
      return { by: 'rights', refusal: refused('Not Permitted', why) }
    }
    const block = this.#blocks.find(payer, number, callClass, this.#tallies.rules)
    if (block) {
      const why = `${printPayer(payer)} is blocked until released: ${block.why}`
      return { by: 'block', refusal: refused('Blocked', why), block }
    }
    const forbidding = this.#tallies
      .rulesFor(payer, number, callClass, question.at)
      .find(({ limit }) => limit.forbidden)
    if (!forbidding) return undefined
    const { name } = forbidding.limit
    return { by: name, refusal: refused('Not Permitted', `limit ${name} forbids it now`) }
  }

  #hasRight(payer: Payer, callClass: CallClass): boolean {
    const { section, accounts } = this.#parts
    if (payer.kind === 'pbx') return section.pbx.includes(callClass)
    if (payer.kind === 'peer') return section.peers.includes(callClass)
    const user = parseAor(payer.name)
    return mayReach(callClass, (user && accounts.mayDial(user)) ?? [])
  }

  #count(question: CallQuestion, number: E164, counters: readonly Counter[], now: number): void {
    const counted = this.#counted.get(question) ?? new Set()
    this.#counted.set(question, counted.add(number))
    for (const { tally } of counters) tally.count(number, now)
  }

  #newClaim(
    payer: Payer,
    number: E164,
    rate: CallRate | undefined,
    tallies: readonly Counter[],
  ): OutsideClaim {
    const { clock } = this.#parts
    return new OutsideClaim(
      { payer, number, rate, tallies },
      {
        now: () => clock.now(),
        onAnswered: (claim) => this.#running.add(claim),
        onOver: (claim) => this.#over(claim),
      },
    )
  }

  #over(claim: OutsideClaim): void {
    const now = this.#parts.clock.now()
    this.#running.delete(claim)
    this.#turnDay(now)
    for (const { tally } of claim.tallies) tally.settle(claim, now)
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
    const { name, who, onCrossing } = tally.limit
    const now = this.#parts.clock.now()
    const why = textOf(tally, standing)
    if (onCrossing !== 'refuse') this.#block(payer, tally, why, now)
    this.#alarm.raise(
      {
        payer: who === 'everybody' ? who : printPayer(payer),
        limit: name,
        action: onCrossing,
        standing: describeStanding(standing),
        number,
      },
      now,
    )
  }

  /** What he has under way of the calls that are blocked ends too: that is where the money goes. */
  #block(payer: Payer, { limit }: Tally, why: string, since: number): void {
    const scope = limit.onCrossing === 'block' ? 'all' : 'such'
    this.#blocks.add({ payer, since, limit: limit.name, scope, why })
    this.counts.blocks += 1
    this.#memory.keepBlocks(this.#blocks.kept)
    const isHis = (claim: OutsideClaim) => printPayer(claim.payer) === printPayer(payer)
    const isSuch = ({ tallies }: OutsideClaim) => tallies.some(({ tally }) => tally.limit === limit)
    this.#running.end((claim) => isHis(claim) && (scope === 'all' || isSuch(claim)), `blocked: ${why}`)
  }

  #refuse(by: string, refusal: Refusal, block?: Block): Refusal {
    this.counts.refused.set(by, (this.counts.refused.get(by) ?? 0) + 1)
    if (block) this.#blocks.countOn(block)
    return refusal
  }
}

function textOf({ limit }: Tally, standing: Standing): string {
  return `limit ${limit.name}: ${describeStanding(standing)}`
}

function refused(reason: string, why: string): Refusal {
  return { status: 403, reason, why }
}
