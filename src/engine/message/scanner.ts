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

  /** The code at the position; NaN at the end, which equals nothing. */
  get code(): number {
    return this.text.charCodeAt(this.position)
  }

  isAt(code: number): boolean {
    return this.text.charCodeAt(this.position) === code
  }

  skipBlanks(): void {
    while (isBlankCode(this.text.charCodeAt(this.position))) this.position++
  }

  /** Steps over `code` when it is next, blanks before it too (the SWS of RFC 3261 §25.1). */
  take(code: number): boolean {
    this.skipBlanks()
    if (!this.isAt(code)) return false
    this.position++
    return true
  }

  /** A run of token characters, perhaps empty. */
  token(): string {
    const start = this.position
    while (isTokenCode(this.text.charCodeAt(this.position))) this.position++
    return this.text.slice(start, this.position)
  }

  /** A decimal number of at most `maximum`; undefined when there is none or it is larger. */
  number(maximum: number): number | undefined {
    const start = this.position
    let value = 0
    while (isDigitCode(this.code)) {
      value = value * 10 + this.code - 0x30
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
