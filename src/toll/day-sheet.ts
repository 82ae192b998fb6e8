import { RecentMap } from '../lib/recent-map.ts'
import { type Payer, printPayer } from './payer.ts'
import { type HeldCall, spentOn, talkedMsOf } from './tally.ts'

/** What one payer has called outside today. */
export interface PayerDay {
  readonly calls: number
  readonly talkedMs: number
  /** Thousandths of the currency unit. */
  readonly spent: number
}

export interface Spender extends PayerDay {
  /** `user 201@site-a.example` */
  readonly payer: string
}

const maxPayers = 10_000
const nothing: PayerDay = { calls: 0, talkedMs: 0, spent: 0 }

/** Who called outside today, and for how much: calls that are over. */
export class DaySheet {
  #payers = new RecentMap<PayerDay>(maxPayers)

  add(payer: Payer, call: HeldCall, now: number): void {
    const key = printPayer(payer)
    const { calls, talkedMs, spent } = this.#payers.get(key) ?? nothing
    this.#payers.set(key, {
      calls: calls + 1,
      talkedMs: talkedMs + talkedMsOf(call, now),
      spent: spent + spentOn(call, now),
    })
  }

  clear(): void {
    this.#payers = new RecentMap(maxPayers)
  }

  /** Who spent most comes first, then who talked longest. */
  top(most: number): Spender[] {
    return this.all()
      .sort((a, b) => b.spent - a.spent || b.talkedMs - a.talkedMs)
      .slice(0, most)
  }

  all(): Spender[] {
    return [...this.#payers.entries()].map(([payer, day]) => ({ payer, ...day }))
  }

  restore(spenders: readonly Spender[]): void {
    for (const { payer, ...day } of spenders) this.#payers.set(payer, day)
  }
}
