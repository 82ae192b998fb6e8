import type { TollLimit } from '../config/sections/toll-limits.ts'
import { type CallRate, priceOf } from '../domain/call-rate.ts'
import type { E164 } from '../domain/phone-number.ts'
import { RecentMap } from '../lib/recent-map.ts'
import { NumberRun } from './number-run.ts'
import { SlidingCount } from './sliding-count.ts'
import type { Counted, Standing } from './standing.ts'

/** A call outside that holds its place until it is over. Times in milliseconds since the Unix epoch. */
export interface HeldCall {
  readonly number: E164
  readonly rate: CallRate | undefined
  readonly answeredAt: number | undefined
}

export interface DayTotal {
  readonly talkedMs: number
  /** Thousandths of the currency unit. */
  readonly spent: number
}

const minuteMs = 60_000
const hourMs = 3_600_000
const stepAheadMs = 2_000

/** What one limit counts of one payer. Times and minutes of calls that are not over yet are counted as they run. */
export class Tally {
  readonly limit: TollLimit
  readonly held = new Set<HeldCall>()
  #minute = new SlidingCount(minuteMs)
  #hour = new SlidingCount(hourMs)
  #numbers: RecentMap<number>
  #run = new NumberRun()
  /** Of calls that are over; a call counts for the day on which it ends. */
  day: DayTotal = { talkedMs: 0, spent: 0 }

  constructor(limit: TollLimit) {
    this.limit = limit
    this.#numbers = numbersFor(limit)
  }

  /** All that was counted is forgotten, but not the calls under way. */
  forgive(): void {
    this.#minute = new SlidingCount(minuteMs)
    this.#hour = new SlidingCount(hourMs)
    this.#numbers = numbersFor(this.limit)
    this.#run = new NumberRun()
    this.day = { talkedMs: 0, spent: 0 }
  }

  /** An attempt is made. */
  count(number: E164, now: number): void {
    const { callsPerMinute, callsPerHour, differentNumbersPerHour } = this.limit
    if (callsPerMinute !== undefined) this.#minute.add(now)
    if (callsPerHour !== undefined) this.#hour.add(now)
    if (differentNumbersPerHour !== undefined) this.#numbers.set(number, now)
    this.#run.add(number, now)
  }

  /** What a call to that number would meet; `isNew`: as an attempt of its own, not one more line tried for it. */
  standings(number: E164, rate: CallRate | undefined, isNew: boolean, now: number): Standing[] {
    return [...(isNew ? this.#ofAttempts(number, now) : []), ...this.#ofCalls(rate, now)]
  }

  /** What the calls under way have used up of the day, so that they have to end. */
  usedUp(now: number): Standing | undefined {
    const { minutesPerDay, spendPerDay } = this.limit
    // A step that is begun is paid in full, so they end before it begins.
    const [minutes, spent] = [this.talkedMs(now) / minuteMs, this.spent(now + stepAheadMs)]
    if (minutesPerDay !== undefined && minutes >= minutesPerDay)
      return { counted: 'minutesPerDay', count: minutes, most: minutesPerDay, isFull: true }
    if (spendPerDay !== undefined && spent > spendPerDay)
      return { counted: 'spendPerDay', count: spent, most: spendPerDay, isFull: true }
    return undefined
  }

  talkedMs(now: number): number {
    let sum = this.day.talkedMs
    for (const call of this.held) sum += talkedMsOf(call, now)
    return sum
  }

  spent(now: number): number {
    let sum = this.day.spent
    for (const call of this.held) sum += spentOn(call, now)
    return sum
  }

  /** The call is over. */
  settle(call: HeldCall, now: number): void {
    if (!this.held.delete(call)) return
    const { talkedMs, spent } = this.day
    this.day = { talkedMs: talkedMs + talkedMsOf(call, now), spent: spent + spentOn(call, now) }
  }

  #ofAttempts(number: E164, now: number): Standing[] {
    const { callsPerMinute, callsPerHour, differentNumbersPerHour, neighbouringNumbersInARow } = this.limit
    return [
      ...standing('callsPerMinute', callsPerMinute, () => this.#minute.count(now)),
      ...standing('callsPerHour', callsPerHour, () => this.#hour.count(now)),
      ...standing('differentNumbersPerHour', differentNumbersPerHour, () => this.#othersThan(number, now)),
      ...standing('neighbouringNumbersInARow', neighbouringNumbersInARow, () =>
        this.#run.before(number, now),
      ),
    ]
  }

  #ofCalls(rate: CallRate | undefined, now: number): Standing[] {
    const { concurrent, minutesPerDay, spendPerDay } = this.limit
    const [money] = standing('spendPerDay', spendPerDay, () => this.spent(now))
    const least = rate ? priceOf(rate, 1) : 0
    return [
      ...standing('concurrent', concurrent, () => this.held.size),
      ...standing('minutesPerDay', minutesPerDay, () => this.talkedMs(now) / minuteMs),
      ...(money ? [{ ...money, isFull: least > 0 && money.count + least > money.most }] : []),
    ]
  }

  /** Different numbers within the hour; a number among them makes room for itself. */
  #othersThan(number: E164, now: number): number {
    let others = 0
    for (const [other, at] of this.#numbers.entries()) {
      if (other !== number && at > now - hourMs && at <= now) others += 1
    }
    return others
  }
}

export function talkedMsOf({ answeredAt }: HeldCall, now: number): number {
  return answeredAt === undefined ? 0 : Math.max(0, now - answeredAt)
}

export function spentOn(call: HeldCall, now: number): number {
  const { answeredAt, rate } = call
  return answeredAt === undefined || !rate ? 0 : priceOf(rate, Math.max(1, talkedMsOf(call, now)))
}

function numbersFor({ differentNumbersPerHour = 0 }: TollLimit): RecentMap<number> {
  return new RecentMap(2 * differentNumbersPerHour + 2)
}

function standing(counted: Counted, most: number | undefined, count: () => number): Standing[] {
  if (most === undefined) return []
  const counts = count()
  return [{ counted, count: counts, most, isFull: counts >= most }]
}
