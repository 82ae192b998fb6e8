import { isUtf8 } from 'node:buffer'
import type { Framing, FramingReceiver } from './framing.ts'
import {
  type FrameHeader,
  opcode,
  printClose,
  printFrame,
  readFrameHeader,
  unmasked,
} from './websocket-frame.ts'

const nothing = Buffer.alloc(0)
const crlf = Buffer.from('\r\n')
const longestControlPayload = 125
const maxFragments = 256

/** Status codes of RFC 6455 §7.4.1. */
const code = { normal: 1000, protocolError: 1002, badText: 1007, tooLarge: 1009 } as const

/**
 * The server's side of a WebSocket that carries SIP (RFC 6455, RFC 7118 §5): one WebSocket message is one SIP message,
 * however it is fragmented and segmented.
 */
export class WebSocketFramer implements Framing {
  readonly #receiver: FramingReceiver
  readonly #maxMessageBytes: number
  /** What came and is no whole frame yet. Payloads are copied out, so that this memory can be used again. */
  #buffer = nothing
  #used = 0
  /** Bytes without which there is nothing to read. */
  #needed = 2
  /** The message that is being received in fragments: its kind and pieces. */
  #kind: number | undefined
  #pieces: Buffer[] = []
  #pieceBytes = 0
  #isOver = false

  constructor(receiver: FramingReceiver, limits: { readonly maxMessageBytes: number }) {
    this.#receiver = receiver
    this.#maxMessageBytes = limits.maxMessageBytes
  }

  get isPartial(): boolean {
    return this.#used > 0 || this.#kind !== undefined
  }

  /** Text if it can be, else binary (RFC 7118 §5). */
  wrap(message: Buffer): Buffer {
    return printFrame(isUtf8(message) ? opcode.text : opcode.binary, message)
  }

  ping(): Buffer {
    return printFrame(opcode.ping, nothing)
  }

  push(chunk: Buffer): void {
    if (this.#isOver) return
    if (this.#used === 0) {
      this.#append(this.#cut(chunk))
      return
    }
    this.#append(chunk)
    if (this.#used < this.#needed) return
    const rest = this.#cut(this.#buffer.subarray(0, this.#used))
    if (rest.length === 0) this.#buffer = nothing
    else rest.copy(this.#buffer)
    this.#used = rest.length
  }

  #append(data: Buffer): void {
    const size = this.#used + data.length
    if (size > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(size, 2 * this.#buffer.length))
      this.#buffer.copy(grown, 0, 0, this.#used)
      this.#buffer = grown
    }
    data.copy(this.#buffer, this.#used)
    this.#used = size
  }

  /** Takes whole frames off the front; returns what is left over. */
  #cut(data: Buffer): Buffer {
    let rest = data
    this.#needed = 2
    while (!this.#isOver) {
      const header = readFrameHeader(rest)
      if (!header) {
        this.#needed = rest.length + 1
        return rest
      }
      this.#check(header)
      if (this.#isOver) return nothing
      const { headerBytes, payloadBytes, mask } = header
      this.#needed = headerBytes + payloadBytes
      if (rest.length < this.#needed) return rest
      const payload = rest.subarray(headerBytes, this.#needed)
      rest = rest.subarray(this.#needed)
      this.#take(header, unmasked(payload, mask as Buffer))
    }
    return nothing
  }

  /** What is wrong with a frame shows in its header, before any of its payload is kept. */
  #check({ isFinal, opcode: kind, hasReservedBits, mask, payloadBytes }: FrameHeader): void {
    if (hasReservedBits) this.#end(code.protocolError, 'no extension was agreed upon')
    // §5.1: a server takes nothing from a client that does not mask.
    else if (!mask) this.#end(code.protocolError, 'frame without a mask')
    else if (isControl(kind)) {
      if (!isFinal || payloadBytes > longestControlPayload) this.#end(code.protocolError, 'bad control frame')
    } else if (kind > opcode.binary) this.#end(code.protocolError, 'unknown kind of frame')
    else if ((kind === opcode.continuation) === (this.#kind === undefined))
      this.#end(code.protocolError, 'fragment out of order')
    else if (this.#pieceBytes + payloadBytes > this.#maxMessageBytes || this.#pieces.length >= maxFragments)
      this.#end(code.tooLarge, 'message too large')
  }

  #take({ isFinal, opcode: kind }: FrameHeader, payload: Buffer): void {
    if (kind === opcode.ping) this.#receiver.onControl(printFrame(opcode.pong, payload))
    else if (kind === opcode.close) this.#end(code.normal, 'closed by the far end')
    else if (!isControl(kind)) this.#collect(kind, payload, isFinal)
  }

  #collect(kind: number, payload: Buffer, isFinal: boolean): void {
    this.#kind ??= kind
    // Empty fragments would cost memory that no limit on bytes sees.
    if (payload.length > 0) this.#pieces.push(payload)
    this.#pieceBytes += payload.length
    if (!isFinal) return
    const isText = this.#kind === opcode.text
    const [only = nothing, ...others] = this.#pieces
    const message = others.length === 0 ? only : Buffer.concat(this.#pieces)
    this.#kind = undefined
    this.#pieces = []
    this.#pieceBytes = 0
    if (isText && !isUtf8(message)) this.#end(code.badText, 'text that is no UTF-8')
    else this.#deliver(message)
  }

  /** Some clients send the keep-alive of RFC 5626 inside the WebSocket too. */
  #deliver(message: Buffer): void {
    if (message.length > 4) this.#receiver.onFrame(message)
    else this.#receiver.onPing(message.length === 4 ? printFrame(opcode.text, crlf) : nothing)
  }

  #end(status: number, reason: string): void {
    this.#isOver = true
    this.#pieces = []
    this.#receiver.onEnd(printClose(status, status === code.normal ? '' : reason), reason)
  }
}

function isControl(kind: number): boolean {
  return kind >= opcode.close && kind <= opcode.pong
}
