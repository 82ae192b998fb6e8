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

/** Cuts a byte stream into frames. A stream that comes byte by byte costs no more work or memory per byte than another. */
export class FrameReader {
  readonly #longest: number
  /** The beginning of a frame, in a buffer that doubles as it fills. */
  #begun = Buffer.alloc(0)
  #size = 0

  constructor(longestPayload: number) {
    this.#longest = longestPayload
  }

  /** The frames that these bytes complete. Throws `RangeError` when one is announced that is too long. */
  read(bytes: Uint8Array): Frame[] {
    const frames: Frame[] = []
    let rest = this.#joinedWith(bytes)
    for (let end = this.#endOfFrame(rest); end <= rest.length; end = this.#endOfFrame(rest)) {
      frames.push({ id: rest.readUInt32BE(4), payload: rest.subarray(headBytes, end) })
      rest = rest.subarray(end)
    }
    // What lies at the start of the buffer was there before; anything else gets a buffer of its own, for the frames
    // that were cut still use this one.
    if (frames.length > 0 || this.#size === 0) this.#begun = Buffer.from(rest)
    this.#size = rest.length
    return frames
  }

  #endOfFrame(bytes: Buffer): number {
    if (bytes.length < headBytes) return headBytes
    const length = bytes.readUInt32BE(0)
    if (length > this.#longest) throw new RangeError(`a message of ${length} bytes is too long`)
    return headBytes + length
  }

  #joinedWith(bytes: Uint8Array): Buffer {
    if (this.#size === 0) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const size = this.#size + bytes.length
    if (size > this.#begun.length) {
      const larger = Buffer.allocUnsafe(Math.max(size, 2 * this.#begun.length))
      this.#begun.copy(larger, 0, 0, this.#size)
      this.#begun = larger
    }
    this.#begun.set(bytes, this.#size)
    return this.#begun.subarray(0, size)
  }
}
