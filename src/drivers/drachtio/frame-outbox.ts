/** What the input of a drachtio-server takes, in bytes of a frame. */
export interface FrameLimits {
  /** Beyond it the connection stalls for good, without a word. */
  readonly most: number
  /** A frame beyond it must be answered before the next is written, or both are lost. */
  readonly inARow: number
}

/**
 * drachtio-server 0.9: a ring of 12,228 bytes that is filled by up to 8,192 at a time, whatever it still holds
 * (docs/operate/drachtio-server.md).
 */
export const drachtioServerLimits: FrameLimits = { most: 12_000, inARow: 4_000 }

type Write = (text: string, encoding: 'latin1' | 'utf8') => void

/**
 * Frames on their way to the engine. Those of one turn of the event loop leave in one write: a write costs more than what a
 * frame costs otherwise. What waits for an answer to a large frame is bounded by the time that answer may take.
 */
export class FrameOutbox {
  readonly #write: Write
  #limits: FrameLimits | undefined
  #text = ''
  #isAscii = true
  #unanswered: string | undefined
  #held: { readonly id: string; readonly payload: string }[] = []

  constructor(write: Write) {
    this.#write = write
  }

  /** Empties it. Undefined for an engine that takes frames of any size. */
  reset(limits: FrameLimits | undefined): void {
    this.#limits = limits
    this.#text = ''
    this.#unanswered = undefined
    this.#held = []
  }

  takes(payload: string): boolean {
    return !this.#limits || Buffer.byteLength(payload) <= this.#limits.most
  }

  push(id: string, payload: string): void {
    if (this.#unanswered !== undefined) {
      this.#held.push({ id, payload })
      return
    }
    const bytes = Buffer.byteLength(payload)
    if (this.#text === '') setImmediate(() => this.flush())
    if (bytes !== payload.length) this.#isAscii = false
    this.#text += `${bytes}#${payload}`
    if (this.#limits && bytes > this.#limits.inARow) this.#unanswered = id
  }

  /** The engine has answered a frame. */
  answered(id: string): void {
    if (id !== this.#unanswered) return
    this.#unanswered = undefined
    for (const { id: next, payload } of this.#held.splice(0)) this.push(next, payload)
  }

  flush(): void {
    const text = this.#text
    this.#text = ''
    // Of ASCII both are the same bytes, and these cost no transcoding.
    if (text !== '') this.#write(text, this.#isAscii ? 'latin1' : 'utf8')
    this.#isAscii = true
  }
}
