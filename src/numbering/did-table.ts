import { type Aor, parseAor } from '../domain/aor.ts'
import { type DidNumbers, matchDid, readDidNumbers } from '../domain/did-numbers.ts'
import { fillTemplate } from '../domain/digit-template.ts'
import type { E164 } from '../domain/phone-number.ts'

/** Direct numbers and whom they ring, as `numbering.dids` writes them. */
export interface DidRow {
  readonly numbers: readonly string[]
  readonly to: string
}

interface WideRow {
  readonly numbers: DidNumbers
  readonly to: string
}

/** Whom direct numbers ring: the row with the fewest numbers wins, of equal ones the earlier. */
export class DidTable {
  readonly #single = new Map<E164, Aor>()
  readonly #wide: readonly WideRow[]

  /** Throws `DigitPatternInvalid` for numbers that cannot be read. */
  constructor(rows: readonly DidRow[]) {
    const wide: WideRow[] = []
    for (const { numbers, to } of rows) {
      for (const each of numbers.map(readDidNumbers)) {
        if (each.kind === 'one') this.#add(each.number, to)
        else wide.push({ numbers: each, to })
      }
    }
    this.#wide = wide.sort((a, b) => a.numbers.count - b.numbers.count)
  }

  userOf(number: E164): Aor | undefined {
    const single = this.#single.get(number)
    if (single) return single
    const value = Number(number.slice(1))
    for (const { numbers, to } of this.#wide) {
      const groups = matchDid(numbers, number, value)
      if (groups) return parseAor(fillTemplate(to, number, groups))
    }
    return undefined
  }

  #add(number: E164, to: string): void {
    const user = parseAor(fillTemplate(to, number, []))
    if (user && !this.#single.has(number)) this.#single.set(number, user)
  }
}
