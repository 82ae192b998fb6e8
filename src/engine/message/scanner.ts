import { isBlankCode, isDigitCode, isTokenCode } from './character-classes.ts'
import { SipParseError } from './sip-parse-error.ts'

const quote = 0x22
const backslash = 0x5c

/** Reads one header value from left to right. Line ends are gone by then: blanks are SP and HT. */
export class Scanner {
  readonly text: string
  position: number

  constructor(text: string, position = 0) {
    this.text = text
    this.position = position
  }

  get atEnd(): boolean {
    return this.position >= this.text.length
  }

  /** The code at the position; 0 at the end, which no syntax asks for. */
  get code(): number {
    return this.position < this.text.length ? this.text.charCodeAt(this.position) : 0
  }

  isAt(code: number): boolean {
    return this.position < this.text.length && this.text.charCodeAt(this.position) === code
  }

  skipBlanks(): void {
    const { text } = this
    let at = this.position
    while (at < text.length && isBlankCode(text.charCodeAt(at))) at++
    this.position = at
  }

  /** Steps over `code` when it is next, blanks before it too (the SWS of RFC 3261 §25.1). */
  take(code: number): boolean {
    const { text } = this
    let at = this.position
    while (at < text.length && isBlankCode(text.charCodeAt(at))) at++
    const isThere = at < text.length && text.charCodeAt(at) === code
    this.position = isThere ? at + 1 : at
    return isThere
  }

  /** A run of token characters, perhaps empty. */
  token(): string {
    const { text } = this
    const start = this.position
    let end = start
    while (end < text.length && isTokenCode(text.charCodeAt(end))) end++
    this.position = end
    return text.slice(start, end)
  }

  /** A decimal number of at most `maximum`; undefined when there is none or it is larger. */
  number(maximum: number): number | undefined {
    const start = this.position
    let value = 0
    for (let { code } = this; isDigitCode(code); { code } = this) {
      value = value * 10 + code - 0x30
      this.position++
      if (value > maximum) return undefined
    }
    return this.position === start ? undefined : value
  }

  /** The content of the quoted string that starts here, escapes resolved. */
  quotedString(): string {
    const start = this.position + 1
    let escaped = false
    for (let i = start; i < this.text.length; i++) {
      const code = this.text.charCodeAt(i)
      if (code === backslash) {
        escaped = true
        i++
      } else if (code === quote) {
        this.position = i + 1
        const content = this.text.slice(start, i)
        return escaped ? content.replace(/\\(.)/gs, '$1') : content
      }
    }
    throw new SipParseError('Unterminated Quoted String')
  }
}

/** The pair of `Scanner.quotedString`. */
export function quoted(content: string): string {
  return content.includes('"') || content.includes('\\')
    ? `"${content.replace(/["\\]/g, '\\$&')}"`
    : `"${content}"`
}
