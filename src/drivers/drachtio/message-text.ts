import type { SipMessageView } from '../../domain/sip.ts'

// RFC 3261 §7.3.3, RFC 4028 §4
const compactNames: Readonly<Record<string, string>> = {
  i: 'call-id',
  m: 'contact',
  e: 'content-encoding',
  l: 'content-length',
  c: 'content-type',
  f: 'from',
  s: 'subject',
  k: 'supported',
  t: 'to',
  v: 'via',
  o: 'event',
  r: 'refer-to',
  b: 'referred-by',
  u: 'allow-events',
  x: 'session-expires',
}

/** A SIP message as the engine handed it over; headers are looked at only when somebody asks for one. */
export class MessageText implements SipMessageView {
  readonly #text: string
  readonly #headersEnd: number
  #index: Map<string, string[]> | undefined

  constructor(text: string) {
    this.#text = text
    const end = text.indexOf('\r\n\r\n')
    this.#headersEnd = end < 0 ? text.length : end
  }

  get startLine(): string {
    return this.#text.slice(0, this.#text.indexOf('\r\n'))
  }

  get body(): string {
    return this.#text.slice(this.#headersEnd + 4)
  }

  header(name: string): string | undefined {
    return this.#lines().get(name.toLowerCase())?.[0]
  }

  headers(name: string): readonly string[] {
    return this.#lines().get(name.toLowerCase()) ?? []
  }

  #lines(): Map<string, string[]> {
    this.#index ??= indexHeaders(this.#text, this.#headersEnd)
    return this.#index
  }
}

function indexHeaders(text: string, end: number): Map<string, string[]> {
  const index = new Map<string, string[]>()
  let position = text.indexOf('\r\n') + 2
  let last: string[] | undefined
  while (position > 1 && position < end) {
    const found = text.indexOf('\r\n', position)
    const lineEnd = found < 0 || found > end ? end : found
    const isFolded = text[position] === ' ' || text[position] === '\t' // RFC 3261 §7.3.1
    if (isFolded) {
      if (last) last[last.length - 1] += ` ${text.slice(position, lineEnd).trim()}`
    } else {
      last = addLine(index, text, position, lineEnd) ?? last
    }
    position = lineEnd + 2
  }
  return index
}

function addLine(
  index: Map<string, string[]>,
  text: string,
  start: number,
  end: number,
): string[] | undefined {
  const colon = text.indexOf(':', start)
  if (colon < 0 || colon > end) return undefined
  const written = text.slice(start, colon).trimEnd().toLowerCase()
  const name = compactNames[written] ?? written
  const value = text.slice(colon + 1, end).trim()
  const known = index.get(name)
  if (known) {
    known.push(value)
    return known
  }
  const values = [value]
  index.set(name, values)
  return values
}
