import type { Config } from '../config/schema.ts'
import { DigitPattern } from '../domain/digit-pattern.ts'
import { commonExample, covers } from '../domain/digit-pattern-sets.ts'
import { type CompiledRule, compileRules } from './dialled-rules.ts'
import { headerFormats } from './header-formats.ts'
import type { NumberFinding } from './number-finding.ts'

type Rules = Pick<Config, 'numbering' | 'trunks'>

const withPlus = new DigitPattern('+.')
const withoutPlus = new DigitPattern('[0-9*#]{1,32}')
/** Service numbers leave bare on every trunk. */
const short = new DigitPattern('X{1,6}')

/** Rules that never get to say anything: an earlier one fits all that they fit, or no number is written so. */
export function lintRules({ numbering, trunks }: Rules): readonly NumberFinding[] {
  return [
    ...hidden(compileRules(numbering)),
    ...trunks.flatMap(neverWritten),
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

/** A rewrite sees numbers in the form of the trunk: with the plus sign or without it. */
function neverWritten({ name, numberFormat, numbers }: Rules['trunks'][number]): NumberFinding[] {
  const formats = headerFormats(numberFormat, numbers)
  return numbers.out.flatMap(({ match, headers }, index) => {
    const pattern = new DigitPattern(match)
    const written = [...new Set(headers.map((header) => formats[header]))]
    const fits = written.some((format) => {
      const forms = format === '+e164' ? [withPlus, short] : [withoutPlus]
      return forms.some((form) => commonExample(pattern, form) !== undefined)
    })
    if (fits) return []
    const text = `never fits: numbers are ${written.join(' or ')} there before they are rewritten, never "${match}"`
    return [{ severity: 'error', key: `trunks.${name}.numbers.out[${index}]`, text }]
  })
}
