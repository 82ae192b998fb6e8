/** Kinds of WebSocket frames (RFC 6455 §5.2). */
export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface FrameHeader {
  readonly isFinal: boolean
  readonly opcode: number
  readonly hasReservedBits: boolean
  readonly mask: Buffer | undefined
  readonly headerBytes: number
  readonly payloadBytes: number
}

/** The header of the frame that `data` begins with; undefined while it is not all there. */
export function readFrameHeader(data: Buffer): FrameHeader | undefined {
  if (data.length < 2) return undefined
  const [first = 0, second = 0] = data
  const shortLength = second & 0x7f
  const lengthBytes = shortLength === 127 ? 8 : shortLength === 126 ? 2 : 0
  const isMasked = (second & 0x80) !== 0
  const headerBytes = 2 + lengthBytes + (isMasked ? 4 : 0)
  if (data.length < headerBytes) return undefined
  return {
    isFinal: (first & 0x80) !== 0,
    opcode: first & 0x0f,
    hasReservedBits: (first & 0x70) !== 0,
    mask: isMasked ? data.subarray(headerBytes - 4, headerBytes) : undefined,
    headerBytes,
    payloadBytes: lengthBytes === 0 ? shortLength : readLength(data, lengthBytes),
  }
}

/** A whole frame as a server sends it: unmasked, in one piece. */
export function printFrame(kind: number, payload: Buffer): Buffer {
  const { length } = payload
  const lengthBytes = length > 0xffff ? 8 : length > 125 ? 2 : 0
  const frame = Buffer.allocUnsafe(2 + lengthBytes + length)
  frame[0] = 0x80 | kind
  frame[1] = lengthBytes === 8 ? 127 : lengthBytes === 2 ? 126 : length
  if (lengthBytes === 2) frame.writeUInt16BE(length, 2)
  else if (lengthBytes === 8) frame.writeBigUInt64BE(BigInt(length), 2)
  payload.copy(frame, 2 + lengthBytes)
  return frame
}

/** A close frame (§5.5.1). */
export function printClose(code: number, reason: string): Buffer {
  const payload = Buffer.alloc(2)
  payload.writeUInt16BE(code)
  return printFrame(opcode.close, Buffer.concat([payload, Buffer.from(reason)]))
}

/** The payload with its mask taken off (§5.3), in memory of its own. */
export function unmasked(payload: Buffer, mask: Buffer): Buffer {
  const clear = Buffer.allocUnsafeSlow(payload.length)
  for (let n = 0; n < payload.length; n++) clear[n] = (payload[n] as number) ^ (mask[n & 3] as number)
  return clear
}

function readLength(data: Buffer, bytes: number): number {
  return bytes === 2 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2))
}
