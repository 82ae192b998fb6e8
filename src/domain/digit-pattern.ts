import { DigitPatternInvalid, type DigitSequence, mostDigits, readDigitSequence } from './digit-sequence.ts'

const mostCharacters = 100
const mostGroups = 9

/**
 * A pattern of dialled digits as telephone people write it. `0`-`9 + * #` stand for themselves, `X` for any digit, `Z`
 * for 1-9, `N` for 2-9, `[1-5]` for one of a list, `.` for one or more digits; `{3}` and `{1,4}` repeat what is before
 * them, parentheses mark digits for a rewrite, `|` separates alternatives. It fits whole texts only.
 */
export class DigitPattern {
  readonly text: string
  readonly alternatives: readonly DigitSequence[]
  readonly #expressions: readonly RegExp[]
  /** What a fitting text may begin with: most patterns are passed over by one look. */
  readonly #beginnings: string

  /** Throws `DigitPatternInvalid`. */
  constructor(text: string) {
    this.text = text
    if (text.length > mostCharacters) throw new DigitPatternInvalid(`it is longer than ${mostCharacters}`)
    if (/[\\^$]/.test(text)) {
      throw new DigitPatternInvalid(
        'this is a digit pattern, no regular expression: ZX{1,4} is 2 to 5 digits',
      )
    }
    this.alternatives = text.split('|').map(readDigitSequence)
    if (new Set(this.alternatives.map(({ groups }) => groups)).size > 1 || this.groups > mostGroups) {
      throw new DigitPatternInvalid(`each alternative has the same parentheses, at most ${mostGroups} pairs`)
    }
    this.#expressions = this.alternatives.map(expressionOf)
    this.#beginnings = this.alternatives.map(beginningsOf).join('')
  }

  /** Pairs of parentheses. */
  get groups(): number {
    return this.alternatives[0]?.groups ?? 0
  }

  /** The digits in each pair of parentheses; undefined when the text does not fit. */
  match(text: string): readonly string[] | undefined {
    if (!this.#mayFit(text)) return undefined
    for (const expression of this.#expressions) {
      const found = expression.exec(text)
      if (found) return found.slice(1)
    }
    return undefined
  }

  fits(text: string): boolean {
    return this.#mayFit(text) && this.#expressions.some((expression) => expression.test(text))
  }

  #mayFit(text: string): boolean {
    return text.length <= mostDigits && this.#beginnings.includes(text.charAt(0))
  }
}

function expressionOf({ steps }: DigitSequence): RegExp {
  const parts = steps.map(({ characters, least, most, group }, index) => {
    const opens = group !== undefined && steps[index - 1]?.group !== group
    const closes = group !== undefined && steps[index + 1]?.group !== group
    return `${opens ? '(' : ''}[${characters}]{${least},${most}}${closes ? ')' : ''}`
  })
  return new RegExp(`^${parts.join('')}$`)
}

function beginningsOf({ steps }: DigitSequence): string {
  const certain = steps.findIndex(({ least }) => least > 0)
  const first = certain < 0 ? steps : steps.slice(0, certain + 1)
  return first.map(({ characters }) => characters).join('')
}
