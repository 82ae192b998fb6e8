/** One place of a pattern: the characters that may stand there, and how many of them in a row. */
export interface DigitStep {
  /** Each once, in ascending order. */
  readonly characters: string
  readonly least: number
  readonly most: number
  /** Which pair of parentheses it stands in, counted from 1. */
  readonly group: number | undefined
}

/** A pattern without alternatives. */
export interface DigitSequence {
  readonly steps: readonly DigitStep[]
  readonly groups: number
}

/** Longer texts match no pattern. */
export const mostDigits = 32

/** A pattern that cannot be read; the message says what is wrong with it. */
export class DigitPatternInvalid extends Error {
  override readonly name = 'DigitPatternInvalid'
}

const anyDigit = '0123456789'
const named: Readonly<Record<string, string>> = { X: anyDigit, Z: '123456789', N: '23456789' }
const tokens = /([0-9+*#])|([XZNxzn])|(\[[^\]]*\])|(\.)|([()])|(\{[^}]*\})|(.)/gsu

/** Reads one alternative of a pattern. Throws `DigitPatternInvalid`. */
export function readDigitSequence(text: string): DigitSequence {
  const steps: DigitStep[] = []
  let groups = 0
  let isInGroup = false
  const add = (characters: string, most = 1) => {
    steps.push({ characters, least: 1, most, group: isInGroup ? groups : undefined })
  }
  for (const [token, literal, letter, list, rest, parenthesis, count] of text.matchAll(tokens)) {
    if (literal) add(literal)
    else if (letter) add(named[letter.toUpperCase()] ?? '')
    else if (list) add(charactersIn(list))
    else if (rest) add(anyDigit, mostDigits)
    else if (parenthesis) {
      const opens = parenthesis === '('
      const isEmpty = !opens && steps.at(-1)?.group !== groups
      if (opens === isInGroup || isEmpty) {
        throw new DigitPatternInvalid('parentheses come in pairs around digits, and not inside each other')
      }
      isInGroup = opens
      if (opens) groups += 1
    } else if (count) steps.push(counted(steps.pop(), count))
    else throw new DigitPatternInvalid(`"${token}" means nothing in a digit pattern`)
  }
  if (isInGroup) throw new DigitPatternInvalid('a parenthesis is not closed')
  if (steps.length === 0) throw new DigitPatternInvalid('it is empty')
  // With one elastic place a text can be laid over the pattern in one way only, so matching never backtracks far.
  if (steps.filter(({ least, most }) => least !== most).length > 1) {
    throw new DigitPatternInvalid('only one place may stand for a varying number of digits')
  }
  return { steps, groups }
}

function charactersIn(list: string): string {
  const inside = list.slice(1, -1)
  if (!/^(?:\d-\d|[\d*#])+$/.test(inside)) {
    throw new DigitPatternInvalid(`"${list}" is no list of digits such as [135] or [1-5]`)
  }
  const all = [...inside.matchAll(/(\d)-(\d)|./g)].flatMap(([one, from, to]) =>
    from === undefined || to === undefined ? [one] : [...anyDigit.slice(Number(from), Number(to) + 1)],
  )
  if (all.length === 0) throw new DigitPatternInvalid(`"${list}" runs backwards`)
  return [...new Set(all)].sort().join('')
}

function counted(step: DigitStep | undefined, count: string): DigitStep {
  const [, low = '', high = low] = /^\{(\d{1,2})(?:,(\d{1,2}))?\}$/.exec(count) ?? []
  const [least, most] = [Number(low), Number(high)]
  if (!step || low === '' || most < 1 || least > most || most > mostDigits) {
    throw new DigitPatternInvalid(`"${count}" is no number of repetitions such as {3} or {1,4} after a digit`)
  }
  return { ...step, least, most }
}
