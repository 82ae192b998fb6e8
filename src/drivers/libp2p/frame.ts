/** A message with the number that ties an answer to its question. */
export interface Frame {
  readonly id: number
  readonly payload: Uint8Array
}

const headBytes = 8

/** Length and id as 32-bit numbers in network order, then the payload. */
export function encodeFrame({ id, payload }: Frame): Uint8Array {
  const bytes = Buffer.allocUnsafe(headBytes + payload.length)
  bytes.writeUInt32BE(payload.length, 0)
  bytes.writeUInt32BE(id, 4)
  bytes.set(payload, headBytes)
  return bytes
}

/** Cuts a byte stream into frames. */
export class FrameReader {
  readonly #longest: number
  #parts: Uint8Array[] = []
  #size = 0

  constructor(longestPayload: number) {
    this.#longest = longestPayload
  }

  /** The frames that these bytes complete. Throws `RangeError` when one is announced that is too long. */
  read(bytes: Uint8Array): Frame[] {
    this.#parts.push(bytes)
    this.#size += bytes.length
    const frames: Frame[] = []
    for (let frame = this.#next(); frame; frame = this.#next()) frames.push(frame)
    return frames
  }

  #next(): Frame | undefined {
    if (this.#size < headBytes) return undefined
    const head = this.#joined()
    const length = head.readUInt32BE(0)
    if (length > this.#longest) throw new RangeError(`a message of ${length} bytes is too long`)
    const end = headBytes + length
    if (this.#size < end) return undefined
    const rest = head.subarray(end)
    this.#parts = rest.length > 0 ? [rest] : []
    this.#size = rest.length
    return { id: head.readUInt32BE(4), payload: head.subarray(headBytes, end) }
  }

  #joined(): Buffer {
    const [first] = this.#parts
    const whole =
      this.#parts.length === 1 && first
        ? Buffer.from(first.buffer, first.byteOffset, first.byteLength)
        : Buffer.concat(this.#parts)
    this.#parts = [whole]
    return whole
  }
}
