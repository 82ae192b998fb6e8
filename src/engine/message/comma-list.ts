const quote = 0x22
const backslash = 0x5c

/** Where the value that starts at `start` ends: the next comma outside quotes, `<>` and comments, or the end. */
export function endOfValue(text: string, start = 0): number {
  let i = start
  while (i < text.length) {
    switch (text.charCodeAt(i)) {
      case 0x2c:
        return i
      case quote:
        i = closingQuote(text, i)
        break
      case 0x3c:
        i = closing(text, i, '>')
        break
      case 0x28:
        i = closingParenthesis(text, i)
        break
    }
    i++
  }
  return text.length
}

/** Splits at commas outside quotes, `<>` and comments. Empty elements are dropped (RFC 2616 §2.1 style lists). */
export function splitAtCommas(text: string): string[] {
  if (!text.includes(',')) return text === '' ? [] : [text]
  const values: string[] = []
  for (let start = 0; start <= text.length; ) {
    const end = endOfValue(text, start)
    const value = text.slice(start, end).trim()
    if (value !== '') values.push(value)
    start = end + 1
  }
  return values
}

// What is opened and never closed is an ordinary character: the typed parsers refuse it where it matters.
function closing(text: string, open: number, mark: string): number {
  const end = text.indexOf(mark, open + 1)
  return end < 0 ? open : end
}

function closingQuote(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === backslash) i++
    else if (code === quote) return i
  }
  return open
}

function closingParenthesis(text: string, open: number): number {
  let depth = 0
  for (let i = open; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === backslash) i++
    else if (code === 0x28) depth++
    else if (code === 0x29 && --depth === 0) return i
  }
  return open
}
