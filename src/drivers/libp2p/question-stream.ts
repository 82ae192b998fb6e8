import type { Duplex } from 'node:stream'
import { PeerUnreachable } from '../../overlay/overlay-errors.ts'
import { longestMessage } from '../../overlay/protocol/peer-message.ts'
import { encodeFrame, FrameReader } from './frame.ts'

const mostAtOnce = 256

interface Waiting {
  resolve(answer: Uint8Array): void
  reject(error: Error): void
}

/** The asking end of a stream of questions: many at once, each answered under its number. */
export class QuestionStream {
  readonly #stream: Duplex
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0

  constructor(stream: Duplex) {
    this.#stream = stream
    const reader = new FrameReader(longestMessage)
    stream.on('data', (bytes: Uint8Array) => {
      try {
        for (const { id, payload } of reader.read(bytes)) this.#waiting.get(id)?.resolve(payload)
      } catch (error) {
        stream.destroy(error as Error)
      }
    })
    stream.on('error', (error) => this.#fail(error))
    stream.on('close', () => this.#fail(new Error('the connection was closed')))
  }

  get isOpen(): boolean {
    return this.#stream.writable
  }

  /** Throws `PeerUnreachable` when the stream goes, or whatever the signal says. */
  ask(message: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    if (this.#waiting.size >= mostAtOnce)
      return Promise.reject(new PeerUnreachable(`already ${mostAtOnce} questions wait for an answer`))
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      this.#lastId = (this.#lastId + 1) >>> 0
      const id = this.#lastId
      const abandon = () => done(() => reject(signal.reason))
      const done = (settle: () => void) => {
        this.#waiting.delete(id)
        signal.removeEventListener('abort', abandon)
        settle()
      }
      signal.addEventListener('abort', abandon, { once: true })
      this.#waiting.set(id, {
        resolve: (answer) => done(() => resolve(answer)),
        reject: (error) => done(() => reject(error)),
      })
      this.#stream.write(encodeFrame({ id, payload: message }))
    })
  }

  close(): void {
    this.#stream.destroy()
  }

  #fail(cause: Error): void {
    const error = new PeerUnreachable(`the box is gone: ${cause.message}`, { cause })
    for (const { reject } of [...this.#waiting.values()]) reject(error)
  }
}

/** The answering end. A peer that asks more at once than is allowed, or speaks nonsense, is cut off. */
export function answerQuestions(stream: Duplex, answer: (message: Uint8Array) => Promise<Uint8Array>): void {
  const reader = new FrameReader(longestMessage)
  let atOnce = 0
  stream.on('data', (bytes: Uint8Array) => {
    try {
      for (const { id, payload } of reader.read(bytes)) {
        if (++atOnce > mostAtOnce) throw new RangeError(`more than ${mostAtOnce} questions at once`)
        void answer(payload).then((reply) => {
          atOnce--
          if (stream.writable) writeSlowly(stream, encodeFrame({ id, payload: reply }))
        })
      }
    } catch (error) {
      stream.destroy(error as Error)
    }
  })
  // Whoever asked has gone; there is nobody left to tell.
  stream.on('error', () => stream.destroy())
  stream.on('end', () => stream.end())
}

/** Who does not read the answers is not heard until it does: they would pile up here. */
function writeSlowly(stream: Duplex, bytes: Uint8Array): void {
  if (stream.write(bytes) || stream.isPaused()) return
  stream.pause()
  stream.once('drain', () => stream.resume())
}
