import type { NumberingSection } from '../config/sections/numbering.ts'
import { type Aor, parseAor } from '../domain/aor.ts'
import { DigitPattern } from '../domain/digit-pattern.ts'
import { countOf } from '../domain/digit-pattern-sets.ts'
import { mostDigits } from '../domain/digit-sequence.ts'
import { fillTemplate } from '../domain/digit-template.ts'

/** What a rule or a short number makes of dialled digits. */
export type Ruled =
  | { readonly kind: 'digits'; readonly digits: string }
  | { readonly kind: 'user'; readonly user: Aor; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string }

/** One rule, ready to be asked. */
export interface CompiledRule {
  /** Its place in the config: `numbering.rules[0]`. */
  readonly key: string
  readonly pattern: DigitPattern
  /** Digits or a user, with placeholders; undefined when it refuses. */
  readonly dial: string | undefined
  readonly refuse: string | undefined
}

type RuleSettings = Pick<NumberingSection, 'rules' | 'shortNumbers'>

/** Short numbers, the most specific first, then the rules in their order. */
export function compileRules({ rules, shortNumbers }: RuleSettings): readonly CompiledRule[] {
  const short = Object.entries(shortNumbers).map(([match, dial]) => ({
    key: `numbering.shortNumbers["${match}"]`,
    pattern: new DigitPattern(match),
    dial,
    refuse: undefined,
  }))
  const bySpecificity = short
    .map((rule) => ({ rule, count: countOf(rule.pattern, mostDigits) }))
    .sort((a, b) => a.count - b.count)
    .map(({ rule }) => rule)
  const ordered = rules.map(({ match, dial, refuse }, index) => ({
    key: `numbering.rules[${index}]`,
    pattern: new DigitPattern(match),
    dial,
    refuse,
  }))
  return [...bySpecificity, ...ordered]
}

/** What the first rule that fits says; undefined when none fits. */
export function applyRules(rules: readonly CompiledRule[], digits: string): Ruled | undefined {
  for (const { key, pattern, dial, refuse } of rules) {
    const groups = pattern.match(digits)
    if (!groups) continue
    if (dial === undefined) return { kind: 'refused', why: refuse ?? 'refused by a rule' }
    const target = fillTemplate(dial, digits, groups)
    const user = parseAor(target)
    return user ? { kind: 'user', user, why: `${key} says ${target}` } : { kind: 'digits', digits: target }
  }
  return undefined
}
