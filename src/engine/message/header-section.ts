import { trimBlanks, trimTrailingBlanks } from './blanks.ts'
import { endOfValue, splitAtCommas } from './comma-list.ts'
import { headerName } from './header-name.ts'
import { SipParseError } from './sip-parse-error.ts'

/** One header field. Immutable, so that messages share them. */
export interface HeaderLine {
  /** As it will be printed: the registered spelling, or for unknown headers the one it came in. */
  readonly name: string
  /** Lower case, long form: `via`, `call-id`. */
  readonly key: string
  /** Unfolded, without blanks at the ends. */
  readonly value: string
}

/** A line that was received in the form it is printed in: it stands in `source` from `start` to `end`, CRLF included. */
export interface ReceivedLine extends HeaderLine {
  readonly source: string
  readonly start: number
  readonly end: number
}

/**
 * The header lines of a message, in order. Keys are lower-case long names; `set`, `append` and `prepend` take any
 * spelling. Content-Length is never among them: the printer writes it from the body.
 */
export abstract class HeaderSection {
  #lines: HeaderLine[] = []

  /** Called after each change, so that what was read from the lines of `key` can be forgotten. */
  protected abstract headerChanged(key: string): void

  headerLines(): readonly HeaderLine[] {
    return this.#lines
  }

  /** The value of the first line, not split at commas. */
  get(key: string): string | undefined {
    for (const line of this.#lines) if (line.key === key) return line.value
    return undefined
  }

  /** The values of all lines, not split at commas. */
  getAll(key: string): string[] {
    const values: string[] = []
    for (const line of this.#lines) if (line.key === key) values.push(line.value)
    return values
  }

  /** The values of all lines, split at commas that stand outside quotes, `<>` and comments. */
  values(key: string): string[] {
    return this.getAll(key).flatMap(splitAtCommas)
  }

  has(key: string): boolean {
    return this.#first(key) >= 0
  }

  /** Replaces all lines of that name by one, in the place of the first. */
  set(name: string, value: string): void {
    const line = newLine(name, value)
    if (!line) return
    const first = this.#first(line.key)
    if (first < 0) {
      this.#lines.push(line)
    } else {
      this.#lines[first] = line
      this.#removeAfter(first, line.key)
    }
    this.headerChanged(line.key)
  }

  /** Adds a line behind the last of that name, else at the end. */
  append(name: string, value: string): void {
    const line = newLine(name, value)
    if (!line) return
    let index = this.#lines.length
    while (index > 0 && this.#lines[index - 1]?.key !== line.key) index--
    if (index === 0) this.#lines.push(line)
    else this.#lines.splice(index, 0, line)
    this.headerChanged(line.key)
  }

  /** Adds a line before the first of that name, else at the top. */
  prepend(name: string, value: string): void {
    const line = newLine(name, value)
    if (!line) return
    const first = this.#first(line.key)
    if (first <= 0) this.#lines.unshift(line)
    else this.#lines.splice(first, 0, line)
    this.headerChanged(line.key)
  }

  remove(key: string): void {
    const first = this.#first(key)
    if (first < 0) return
    this.#removeAfter(first - 1, key)
    this.headerChanged(key)
  }

  /** Takes the topmost of the comma-separated values off: Via, Route. */
  removeFirstValue(key: string): string | undefined {
    return this.#replaceFirst(key, undefined)
  }

  /** Puts `value` in the place of the topmost value; returns the old one, undefined when there was none to replace. */
  replaceFirstValue(key: string, value: string): string | undefined {
    return this.#replaceFirst(key, value)
  }

  /** Takes lines as they are, unchecked: for the parser, and for copies between messages. */
  adoptLines(lines: HeaderLine[]): void {
    this.#lines = lines
  }

  /** The lines as they go on the wire, without Content-Length. Runs of untouched lines cost one slice each. */
  protected printLines(): string {
    let text = ''
    let source = ''
    let start = 0
    let end = 0
    for (const line of this.#lines) {
      if (isReceived(line)) {
        if (line.start === end && line.source === source) {
          end = line.end
          continue
        }
        if (end > 0) text += source.slice(start, end)
        source = line.source
        start = line.start
        end = line.end
        continue
      }
      if (end > 0) text += source.slice(start, end)
      end = 0
      text += `${line.name}: ${line.value}\r\n`
    }
    return end > 0 ? text + source.slice(start, end) : text
  }

  #first(key: string): number {
    for (let i = 0; i < this.#lines.length; i++) if (this.#lines[i]?.key === key) return i
    return -1
  }

  #removeAfter(index: number, key: string): void {
    let kept = index + 1
    for (let i = kept; i < this.#lines.length; i++) {
      const line = this.#lines[i] as HeaderLine
      if (line.key !== key) this.#lines[kept++] = line
    }
    this.#lines.length = kept
  }

  #replaceFirst(key: string, replacement: string | undefined): string | undefined {
    const index = this.#first(key)
    const line = this.#lines[index]
    if (!line) return undefined
    const end = endOfValue(line.value)
    const first = trimTrailingBlanks(line.value.slice(0, end))
    const rest = trimBlanks(line.value.slice(end + 1))
    const value = replacement === undefined ? rest : rest === '' ? replacement : `${replacement}, ${rest}`
    if (value === '') this.#lines.splice(index, 1)
    else this.#lines[index] = { name: line.name, key, value: checked(value) }
    this.headerChanged(key)
    return first
  }
}

function isReceived(line: HeaderLine): line is ReceivedLine {
  return (line as Partial<ReceivedLine>).source !== undefined
}

function newLine(spelling: string, value: string): HeaderLine | undefined {
  const { key, name } = headerName(spelling)
  if (key === 'content-length') return undefined
  return { name, key, value: checked(value) }
}

/** No value may smuggle a second header line in. */
function checked(value: string): string {
  if (value.includes('\n') || value.includes('\r')) throw new SipParseError('Line Break In Header Value')
  return value
}
