import type { Config } from '../config/schema.ts'
import { DigitPattern } from '../domain/digit-pattern.ts'
import { covers } from '../domain/digit-pattern-sets.ts'
import { type CompiledRule, compileRules } from './dialled-rules.ts'
import type { NumberFinding } from './number-finding.ts'

type Rules = Pick<Config, 'numbering' | 'trunks'>

/** Rules that never get to say anything, because an earlier one fits all that they fit. */
export function lintRules({ numbering, trunks }: Rules): readonly NumberFinding[] {
  return [
    ...hidden(compileRules(numbering)),
    ...trunks.flatMap(({ name, numbers }) =>
      (['out', 'in'] as const).flatMap((direction) => {
        const rewrites = numbers[direction].map(({ match, headers }, index) => ({
          key: `trunks.${name}.numbers.${direction}[${index}]`,
          pattern: new DigitPattern(match),
          headers,
        }))
        return hidden(rewrites, (earlier, later) =>
          later.headers.every((header) => earlier.headers.includes(header)),
        )
      }),
    ),
  ]
}

function hidden<Rule extends Pick<CompiledRule, 'key' | 'pattern'>>(
  rules: readonly Rule[],
  isAsWide: (earlier: Rule, later: Rule) => boolean = () => true,
): NumberFinding[] {
  return rules.flatMap((rule, index) => {
    const earlier = rules
      .slice(0, index)
      .find((each) => isAsWide(each, rule) && covers(each.pattern, rule.pattern))
    if (!earlier) return []
    const text = `never fits: ${earlier.key} ("${earlier.pattern.text}") comes first and fits all of "${rule.pattern.text}"`
    return [{ severity: 'error', key: rule.key, text }]
  })
}
