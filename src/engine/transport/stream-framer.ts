/** What a stream carried: whole messages, keep-alives, or something after which it cannot be read any further. */
export interface FrameReceiver {
  onFrame(message: Buffer): void
  /** A double CRLF: answer it with one CRLF (RFC 5626 §3.5.1). */
  onPing(): void
  /** The stream is out of step. `head` is the header block, as far as it came. Nothing follows. */
  onBadFrame(head: Buffer, status: 400 | 513, reason: string): void
}

export interface FrameLimits {
  readonly maxHeaderBytes: number
  readonly maxMessageBytes: number
}

const CR = 13
const LF = 10
const endOfHeader = Buffer.from('\r\n\r\n')
const nothing = Buffer.alloc(0)
const contentLengthLine = /\r\n(?:content-length|l)[ \t]*:(?:[ \t]|\r\n[ \t])*([^\r]*)/gi

/**
 * Cuts a byte stream into SIP messages by Content-Length, however it is segmented (RFC 3261 §18.3).
 * Messages are views of the bytes received; memory that was handed out is never written again.
 */
export class StreamFramer {
  readonly #receiver: FrameReceiver
  readonly #limits: FrameLimits
  #buffer: Buffer = nothing
  #used = 0
  /** Where the search for the end of the header goes on, relative to the start of the message. */
  #searchFrom = 0
  /** Length of the message at the front, once its header has been read. */
  #expected: number | undefined
  /** Blank lines in a row, modulo the two of a keep-alive. */
  #blankLines = 0
  #isPongDue = false
  #isBroken = false

  constructor(receiver: FrameReceiver, limits: FrameLimits) {
    this.#receiver = receiver
    this.#limits = limits
  }

  /** True while a message has begun but is not whole. */
  get isPartial(): boolean {
    return this.#used > 0
  }

  /** The next blank line answers our own keep-alive: two such answers in a row are no question (RFC 5626 §3.5.1). */
  expectPong(): void {
    this.#isPongDue = true
  }

  push(chunk: Buffer): void {
    if (this.#isBroken) return
    if (this.#used === 0) {
      this.#keep(this.#cut(chunk), false)
      return
    }
    this.#append(chunk)
    const rest = this.#cut(this.#buffer.subarray(0, this.#used))
    if (rest.length !== this.#used) this.#keep(rest, true)
  }

  /** Takes whole frames off the front; returns what is left over. */
  #cut(data: Buffer): Buffer {
    let rest = data
    while (rest.length > 0) {
      const size =
        rest[0] === CR ? this.#sizeOfBlankLine(rest) : (this.#expected ?? this.#sizeOfMessage(rest))
      if (this.#isBroken) return nothing
      if (size === undefined || rest.length < size) return rest
      const frame = rest.subarray(0, size)
      rest = rest.subarray(size)
      this.#expected = undefined
      this.#searchFrom = 0
      if (frame[0] === CR) this.#countBlankLine()
      else this.#deliver(frame)
    }
    return rest
  }

  #sizeOfMessage(data: Buffer): number | undefined {
    const end = data.indexOf(endOfHeader, this.#searchFrom)
    if (end < 0) {
      this.#searchFrom = Math.max(0, data.length - 3)
      return data.length > this.#limits.maxHeaderBytes
        ? this.#break(data, 513, 'Header Too Large')
        : undefined
    }
    const head = data.subarray(0, end + 4)
    if (head.length > this.#limits.maxHeaderBytes) return this.#break(head, 513, 'Header Too Large')
    const length = contentLengthOf(head)
    if (length === undefined) return this.#break(head, 400, 'Missing Or Bad Content-Length')
    if (head.length + length > this.#limits.maxMessageBytes)
      return this.#break(head, 513, 'Message Too Large')
    this.#expected = head.length + length
    return this.#expected
  }

  #sizeOfBlankLine(data: Buffer): number | undefined {
    if (data.length < 2) return undefined
    return data[1] === LF ? 2 : this.#break(nothing, 400, 'Bad Line End')
  }

  #countBlankLine(): void {
    if (this.#isPongDue) {
      this.#isPongDue = false
      return
    }
    this.#blankLines = (this.#blankLines + 1) % 2
    if (this.#blankLines === 0) this.#receiver.onPing()
  }

  #deliver(message: Buffer): void {
    this.#blankLines = 0
    this.#receiver.onFrame(message)
  }

  #break(head: Buffer, status: 400 | 513, reason: string): undefined {
    this.#isBroken = true
    this.#receiver.onBadFrame(head, status, reason)
    return undefined
  }

  #append(chunk: Buffer): void {
    const needed = this.#used + chunk.length
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length, this.#expected ?? 1024))
      this.#buffer.copy(grown, 0, 0, this.#used)
      this.#buffer = grown
    }
    chunk.copy(this.#buffer, this.#used)
    this.#used = needed
  }

  /** Starts over with what is left; `isShared` says that the front of our own buffer was handed out. */
  #keep(rest: Buffer, isShared: boolean): void {
    if (isShared) this.#buffer = nothing
    this.#used = 0
    if (rest.length > 0) this.#append(rest)
  }
}

/** Undefined when the field is missing, is no number, or is given twice with different values. */
function contentLengthOf(head: Buffer): number | undefined {
  let found: number | undefined
  for (const match of head.toString('latin1').matchAll(contentLengthLine)) {
    const text = (match[1] ?? '').trim()
    if (!/^\d{1,9}$/.test(text)) return undefined
    const length = Number(text)
    if (found !== undefined && found !== length) return undefined
    found = length
  }
  return found
}
