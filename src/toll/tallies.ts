import type { TollLimit } from '../config/sections/toll-limits.ts'
import type { CallClass } from '../domain/call-class.ts'
import { localDay } from '../domain/local-day.ts'
import type { E164 } from '../domain/phone-number.ts'
import { RecentMap } from '../lib/recent-map.ts'
import { type Payer, printPayer } from './payer.ts'
import { type DayTotal, Tally } from './tally.ts'
import { TollRule } from './toll-rule.ts'

/** Payers are users, PBXs and enrolled boxes: there are few, and nobody can invent more. */
const maxTallies = 50_000

/** What was counted on one day, to be kept over a restart. */
export interface KeptTallies {
  readonly day: string
  readonly totals: readonly (readonly [key: string, total: DayTotal])[]
}

/** The tallies of all payers: one for each limit that was ever asked for them. */
export class Tallies {
  readonly rules: readonly TollRule[]
  readonly #timeZone: string | undefined
  readonly #tallies = new RecentMap<Tally>(maxTallies)
  #day = ''

  constructor(limits: readonly TollLimit[], timeZone: string | undefined) {
    this.rules = limits.map((limit) => new TollRule(limit))
    this.#timeZone = timeZone
  }

  /** `2026-11-21`; empty before the first call. */
  get day(): string {
    return this.#day
  }

  /** The rules for calls of this payer to this number now, in the order of the config. */
  rulesFor(payer: Payer, number: E164, callClass: CallClass, now: number): TollRule[] {
    return this.rules.filter((rule) => rule.covers(payer, number, callClass, now, this.#timeZone))
  }

  of({ limit }: TollRule, payer: Payer): Tally {
    const key = `${limit.name} ${limit.who === 'everybody' ? 'everybody' : printPayer(payer)}`
    const tally = this.#tallies.get(key) ?? new Tally(limit)
    this.#tallies.set(key, tally) // asked for now: forgotten last
    return tally
  }

  /** What the payer has used up is given anew. */
  forgive(payer: Payer): void {
    for (const rule of this.rules) if (rule.limit.who !== 'everybody') this.of(rule, payer).forgive()
  }

  /** True when a new day has begun; then all totals begin anew. */
  turnDay(now: number): boolean {
    const day = localDay(now, this.#timeZone)
    if (day === this.#day) return false
    this.#day = day
    for (const [, tally] of this.#tallies.entries()) tally.day = { talkedMs: 0, spent: 0 }
    return true
  }

  /** Calls under way included, as far as they have come. */
  kept(now: number): KeptTallies {
    const totals = [...this.#tallies.entries()]
      .map(([key, tally]) => [key, { talkedMs: tally.talkedMs(now), spent: tally.spent(now) }] as const)
      .filter(([, { talkedMs, spent }]) => talkedMs > 0 || spent > 0)
    return { day: this.#day, totals }
  }

  /** Takes up what was kept, if it is of today. */
  restore({ day, totals }: KeptTallies, now: number): void {
    this.turnDay(now)
    if (day !== this.#day) return
    for (const [key, total] of totals) {
      const rule = this.rules.find(({ limit }) => key.startsWith(`${limit.name} `))
      if (!rule) continue
      const tally = new Tally(rule.limit)
      tally.day = total
      this.#tallies.set(key, tally)
    }
  }
}
