const hash = 0x23
const zero = 0x30
const nine = 0x39
const maxLengthDigits = 8

/** The peer does not speak the control protocol, or sends more than it may. The connection cannot go on. */
export class FrameError extends Error {
  override readonly name = 'FrameError'
}

/**
 * Cuts a byte stream into frames: `<length>#<payload>`, length in bytes, decimal, nothing between two frames.
 * Frames may share a chunk and a frame may span many.
 */
export class FrameReader {
  /** Longest payload that is accepted, in bytes. */
  limit: number
  #rest: Buffer | undefined

  constructor(limit: number) {
    this.limit = limit
  }

  /** The payloads that are whole now. Throws FrameError when the stream is not one of frames. */
  push(chunk: Buffer): Buffer[] {
    const data = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk
    const payloads: Buffer[] = []
    let position = 0
    while (position < data.length) {
      const start = this.#startOfPayload(data, position)
      if (start < 0) break
      const end = start + this.#length
      if (end > data.length) break
      payloads.push(data.subarray(start, end))
      position = end
    }
    this.#rest = position < data.length ? data.subarray(position) : undefined
    return payloads
  }

  #length = 0

  /** Reads the length at `position`; -1 when its `#` has not come yet. */
  #startOfPayload(data: Buffer, position: number): number {
    let length = 0
    for (let i = position; i < data.length; i++) {
      const code = data[i] as number
      if (code === hash && i > position) {
        if (length === 0 || length > this.limit) throw new FrameError(`frame of ${length} bytes`)
        this.#length = length
        return i + 1
      }
      if (code < zero || code > nine || i - position >= maxLengthDigits)
        throw new FrameError('no frame length where one was expected')
      length = length * 10 + (code - zero)
    }
    return -1
  }
}
