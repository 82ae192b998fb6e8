import { trimBlanks, trimTrailingBlanks } from './blanks.ts'
import { isBlankCode, isTokenCode } from './character-classes.ts'
import { headerNameAt } from './header-name.ts'
import type { HeaderLine, ReceivedLine } from './header-section.ts'
import type { MessageLimits } from './message-limits.ts'
import { SipParseError } from './sip-parse-error.ts'

const lineFeed = 0x0a
const carriageReturn = 0x0d
const colon = 0x3a

/** The header lines of a message, and the first thing that was wrong with them. */
export class HeaderBlock {
  readonly lines: HeaderLine[] = []
  /** Content-Length as received; it is not among the lines. */
  contentLength: number | undefined
  /** Where the body starts. */
  end = 0
  /** True once the empty line was found. */
  isClosed = false
  /** True when the lines, printed, give the text they came from: Content-Length last, and no odd spacing. */
  isCanonical = true
  error: SipParseError | undefined
  #singles = 0

  /** Keeps the first error: reading goes on, so that an answer can be made from what is left. */
  fail(reason: string, status = 400): void {
    this.error ??= new SipParseError(reason, status)
  }

  /** RFC 3261 §7.3.1: of some headers there may be only one. */
  admitSingle(bit: number, name: string): boolean {
    if ((this.#singles & bit) !== 0) {
      this.fail(`More Than One ${name} Header`)
      return false
    }
    this.#singles |= bit
    return true
  }
}

/** Reads header lines from `start` to the empty line, or to the end of the text. */
export function readHeaderBlock(text: string, start: number, limits: MessageLimits): HeaderBlock {
  const block = new HeaderBlock()
  let position = start
  while (position < text.length) {
    const lineFeedAt = text.indexOf('\n', position)
    let next = lineFeedAt < 0 ? text.length : lineFeedAt + 1
    const end = endWithoutLineBreak(text, position, next)
    if (end === position) {
      if (next - end !== 2 || block.contentLength === undefined) block.isCanonical = false
      block.isClosed = true
      position = next
      break
    }
    if (next < text.length && isBlankCode(text.charCodeAt(next))) {
      next = endOfFolded(text, next)
      readLine(block, unfolded(text.slice(position, next)), limits)
      block.isCanonical = false
    } else {
      readVerbatim(block, text, position, end, next, limits)
    }
    position = next
  }
  block.end = position
  return block
}

/** The usual case: a line without folds. What it keeps are slices of the text. */
function readVerbatim(
  block: HeaderBlock,
  text: string,
  start: number,
  end: number,
  next: number,
  limits: MessageLimits,
): void {
  let nameEnd = start
  while (nameEnd < end && isTokenCode(text.charCodeAt(nameEnd))) nameEnd++
  const valueStart = nameEnd + 2
  const isPlain =
    nameEnd > start &&
    next - end === 2 &&
    valueStart < end &&
    text.charCodeAt(nameEnd) === colon &&
    text.charCodeAt(nameEnd + 1) === 0x20 &&
    !isBlankCode(text.charCodeAt(valueStart)) &&
    !isBlankCode(text.charCodeAt(end - 1))
  if (!isPlain) {
    block.isCanonical = false
    readLine(block, text.slice(start, end), limits)
    return
  }
  const entry = headerNameAt(text, start, nameEnd)
  const { name, key } = entry
  const value = text.slice(valueStart, end)
  if (text.startsWith(name, start)) {
    const line: ReceivedLine = { name, key, value, source: text, start, end: next }
    addLine(block, entry, line, end - start, limits)
  } else {
    block.isCanonical = false
    addLine(block, entry, { name, key, value }, end - start, limits)
  }
}

/** A line in any legal spacing. */
function readLine(block: HeaderBlock, line: string, limits: MessageLimits): void {
  let nameEnd = 0
  while (nameEnd < line.length && isTokenCode(line.charCodeAt(nameEnd))) nameEnd++
  let at = nameEnd
  while (at < line.length && isBlankCode(line.charCodeAt(at))) at++
  if (nameEnd === 0 || at === line.length || line.charCodeAt(at) !== colon) {
    block.fail('Bad Header Line')
    return
  }
  const entry = headerNameAt(line, 0, nameEnd)
  const value = trimBlanks(line.slice(at + 1))
  addLine(block, entry, { name: entry.name, key: entry.key, value }, line.length, limits)
}

function addLine(
  block: HeaderBlock,
  entry: { readonly name: string; readonly singleBit: number },
  line: HeaderLine,
  length: number,
  limits: MessageLimits,
): void {
  if (length > limits.lineLength || block.lines.length >= limits.headerLines) {
    block.fail('Message Too Large', 513)
    return
  }
  if (line.value.includes('\r')) {
    block.fail('Stray Carriage Return')
    return
  }
  if (entry.singleBit !== 0 && !block.admitSingle(entry.singleBit, entry.name)) return
  if (line.key === 'content-length') {
    readContentLength(block, line.value)
    return
  }
  if (block.contentLength !== undefined) block.isCanonical = false
  block.lines.push(line)
}

function readContentLength(block: HeaderBlock, value: string): void {
  if (!/^\d{1,9}$/.test(value)) {
    block.fail('Bad Content-Length Header')
    return
  }
  block.contentLength = Number(value)
  if (value.length > 1 && value.startsWith('0')) block.isCanonical = false
}

function endWithoutLineBreak(text: string, start: number, next: number): number {
  if (next === start || text.charCodeAt(next - 1) !== lineFeed) return next
  return next - 2 >= start && text.charCodeAt(next - 2) === carriageReturn ? next - 2 : next - 1
}

/** The end of the last line that starts with a blank; `position` is the start of the first such line. */
function endOfFolded(text: string, position: number): number {
  let next = position
  while (next < text.length && isBlankCode(text.charCodeAt(next))) {
    const lineFeedAt = text.indexOf('\n', next)
    next = lineFeedAt < 0 ? text.length : lineFeedAt + 1
  }
  return next
}

/** RFC 3261 §7.3.1: a fold, with the blanks around it, means one space. */
function unfolded(text: string): string {
  const [first = '', ...rest] = text
    .split('\n')
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  return [trimTrailingBlanks(first), ...rest.map(trimBlanks).filter((line) => line !== '')].join(' ')
}
