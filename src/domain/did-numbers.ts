import { DigitPattern } from './digit-pattern.ts'
import { commonExample, countOf } from './digit-pattern-sets.ts'
import { DigitPatternInvalid } from './digit-sequence.ts'
import { type E164, isE164 } from './phone-number.ts'

/** Direct numbers that an operator writes in one go. */
export type DidNumbers = { readonly text: string; readonly count: number } & (
  | { readonly kind: 'one'; readonly number: E164 }
  /** Both ends belong to it; as many digits each. */
  | { readonly kind: 'range'; readonly first: number; readonly last: number; readonly digits: number }
  | { readonly kind: 'pattern'; readonly pattern: DigitPattern }
)

const mostInRange = 100_000
const mostCharacters = 16 // a plus sign and 15 digits

/** Reads `+4930123450`, `+4930123400..+4930123499` or `+49301234(X{1,4})`. Throws `DigitPatternInvalid`. */
export function readDidNumbers(text: string): DidNumbers {
  const [first = '', last, more] = text.split('..')
  if (last !== undefined && more === undefined) return rangeOf(text, first, last)
  if (isE164(text)) return { kind: 'one', text, count: 1, number: text }
  const pattern = new DigitPattern(text)
  if (!pattern.alternatives.every(({ steps: [step] }) => step?.characters === '+' && step.most === 1)) {
    throw new DigitPatternInvalid('direct numbers are written in E.164, with their plus sign')
  }
  return { kind: 'pattern', text, count: countOf(pattern, mostCharacters), pattern }
}

/** The digits in the pattern's parentheses; undefined when the number is not among these. */
export function matchDid(
  numbers: DidNumbers,
  number: E164,
  value = Number(number.slice(1)),
): readonly string[] | undefined {
  switch (numbers.kind) {
    case 'one':
      return numbers.number === number ? [] : undefined
    case 'range': {
      const isIn = number.length - 1 === numbers.digits && value >= numbers.first && value <= numbers.last
      return isIn ? [] : undefined
    }
    case 'pattern':
      return numbers.pattern.match(number)
  }
}

/** A number in both, when neither is the more specific one: nobody could say whose it is. */
export function didConflict(one: DidNumbers, other: DidNumbers): E164 | undefined {
  if (one.count !== other.count) return undefined
  if (one.kind === 'pattern' && other.kind === 'pattern') return commonExample(one.pattern, other.pattern)
  if (one.kind === 'pattern') return didConflict(other, one)
  if (one.kind === 'range' && other.kind === 'range') {
    const first = Math.max(one.first, other.first)
    const isCommon = one.digits === other.digits && first <= Math.min(one.last, other.last)
    return isCommon ? `+${first}` : undefined
  }
  return numbersOf(one).find((number) => matchDid(other, number) !== undefined)
}

/** Each number, at most `most` of them; none of a pattern, which may stand for any number of digits. */
export function numbersOf(numbers: DidNumbers, most = mostInRange): readonly E164[] {
  if (numbers.kind === 'one') return [numbers.number]
  if (numbers.kind === 'pattern') return []
  return Array.from({ length: Math.min(numbers.count, most) }, (_, index) => `+${numbers.first + index}`)
}

function rangeOf(text: string, from: string, to: string): DidNumbers {
  if (!isE164(from) || !isE164(to) || from.length !== to.length) {
    throw new DigitPatternInvalid(
      'a range is two numbers of the same length, such as +4930123400..+4930123499',
    )
  }
  const [first, last] = [Number(from.slice(1)), Number(to.slice(1))]
  const count = last - first + 1
  if (count < 1) throw new DigitPatternInvalid('the range runs backwards')
  if (count > mostInRange) throw new DigitPatternInvalid(`a range holds at most ${mostInRange} numbers`)
  return { kind: 'range', text, count, first, last, digits: from.length - 1 }
}
