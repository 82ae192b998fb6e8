import { isAscii, isUtf8 } from 'node:buffer'
import { type HeaderBlock, readHeaderBlock } from './header-block.ts'
import type { SipMessage } from './message.ts'
import { defaultMessageLimits, type MessageLimits } from './message-limits.ts'
import { SipParseError } from './sip-parse-error.ts'
import { readStartLine } from './start-line.ts'
import { readableVia } from './via.ts'

export { SipParseError } from './sip-parse-error.ts'

/**
 * Reads one whole message, as a datagram or a framed piece of a stream gives it; the body stays a part of `data`.
 * Checked at once: start line, header lines, the mandatory headers (RFC 3261 §8.1.1), Max-Forwards, and that CSeq and
 * Content-Length agree with the rest. Other headers are read when asked for.
 * Throws SipParseError; for a request it carries `partial` when an answer can be made from that.
 */
export function parseMessage(data: Buffer, limits: MessageLimits = defaultMessageLimits): SipMessage {
  const { message, block, content, bodyStart } = readHead(data, limits)
  const available = content.length - bodyStart
  const length = block.contentLength ?? available
  if (length > available) block.fail('Content-Length Exceeds Message')
  const end = bodyStart + Math.min(length, available)
  const body = content.subarray(bodyStart, end)
  const wire = end === content.length ? content : content.subarray(0, end)
  message.adoptReceived(block.lines, body, block.contentLength, block.isCanonical ? wire : undefined)
  const error = block.error ?? mandatoryError(message)
  if (!error) return message
  if (message.isRequest && hasTopVia(message)) error.partial = message
  throw error
}

interface Head {
  readonly message: SipMessage
  readonly block: HeaderBlock
  /** The message without empty lines before it. */
  readonly content: Buffer
  readonly bodyStart: number
}

function readHead(data: Buffer, limits: MessageLimits): Head {
  const content = withoutLeadingEmptyLines(data)
  const { text, bodyStart } = decodeHead(content, limits)
  const lineFeed = text.indexOf('\n')
  if (lineFeed < 0) throw new SipParseError('No Start Line')
  const lineEnd = text.charCodeAt(lineFeed - 1) === 0x0d ? lineFeed - 1 : lineFeed
  if (lineEnd > limits.lineLength) throw new SipParseError('Message Too Large', 513)
  const { message, error, isCanonical } = readStartLine(text.slice(0, lineEnd))
  const block = readHeaderBlock(text, lineFeed + 1, limits)
  if (!isCanonical || lineEnd === lineFeed) block.isCanonical = false
  if (!block.isClosed && content.length > limits.headBytes) block.fail('Message Too Large', 513)
  if (error) block.error = error
  return { message, block, content, bodyStart: bodyStart ?? block.end }
}

/** RFC 3261 §7.5: empty lines before the start line are ignored. */
function withoutLeadingEmptyLines(data: Buffer): Buffer {
  let start = 0
  while (data[start] === 0x0d || data[start] === 0x0a) start++
  return start === 0 ? data : data.subarray(start)
}

interface DecodedHead {
  /** At least the head; in pure ASCII the body may follow. */
  readonly text: string
  /** Byte offset of the body, when offsets in `text` are not byte offsets. */
  readonly bodyStart: number | undefined
}

/**
 * Plain ASCII is decoded as Latin-1, which is a mere copy. Other heads are UTF-8 (RFC 3261 §7); what is not valid
 * UTF-8 comes from old devices that write Latin-1.
 */
function decodeHead(content: Buffer, limits: MessageLimits): DecodedHead {
  const text = content.toString('latin1', 0, Math.min(content.length, limits.headBytes))
  if (isAscii(content)) return { text, bodyStart: undefined }
  const closing = /\r?\n\r?\n/.exec(text)
  const bodyStart = closing ? closing.index + closing[0].length : text.length
  const head = content.subarray(0, bodyStart)
  if (isAscii(head) || !isUtf8(head)) return { text: text.slice(0, bodyStart), bodyStart }
  return { text: head.toString('utf8'), bodyStart }
}

function mandatoryError(message: SipMessage): SipParseError | undefined {
  try {
    message.checkMandatory()
    return undefined
  } catch (error) {
    if (error instanceof SipParseError) return error
    throw error
  }
}

/** Leaves a top Via that can be copied into the answer: of a broken one, what says where the answer goes. */
function hasTopVia(message: SipMessage): boolean {
  const via = message.get('via')
  const sentBy = via === undefined ? undefined : readableVia(via)
  if (sentBy === undefined) return false
  if (sentBy !== via) message.set('via', sentBy)
  return true
}
