import { trimBlanks } from './blanks.ts'

const comma = 0x2c
const quote = 0x22
const backslash = 0x5c
const lessThan = 0x3c
const openParenthesis = 0x28
const closeParenthesis = 0x29

/**
 * Where the value that starts at `start` ends: the next comma outside quotes, `<>` and comments, or the end. What is
 * opened and never closed reaches to the end, so that the work stays linear: the typed parsers refuse it.
 */
export function endOfValue(text: string, start = 0): number {
  let i = start
  while (i < text.length) {
    switch (text.charCodeAt(i)) {
      case comma:
        return i
      case quote:
        i = closingQuote(text, i)
        break
      case lessThan:
        i = closingBracket(text, i)
        break
      case openParenthesis:
        i = closingParenthesis(text, i)
        break
    }
    i++
  }
  return text.length
}

/** Splits at commas outside quotes, `<>` and comments. Empty elements are dropped. */
export function splitAtCommas(text: string): string[] {
  if (!text.includes(',')) return text === '' ? [] : [text]
  const values: string[] = []
  for (let start = 0; start < text.length; ) {
    const end = endOfValue(text, start)
    const value = trimBlanks(text.slice(start, end))
    if (value !== '') values.push(value)
    start = end + 1
  }
  return values
}

function closingBracket(text: string, open: number): number {
  const end = text.indexOf('>', open + 1)
  return end < 0 ? text.length : end
}

function closingQuote(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === backslash) i++
    else if (code === quote) return i
  }
  return text.length
}

/** Comments nest (RFC 3261 §25.1). */
function closingParenthesis(text: string, open: number): number {
  let depth = 0
  for (let i = open; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === backslash) i++
    else if (code === openParenthesis) depth++
    else if (code === closeParenthesis && --depth === 0) return i
  }
  return text.length
}
