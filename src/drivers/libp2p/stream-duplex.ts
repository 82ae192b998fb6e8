import { Duplex } from 'node:stream'
import type { Stream } from '@libp2p/interface'

/** A libp2p stream as a Node stream, with back-pressure both ways. */
export class StreamDuplex extends Duplex {
  readonly #stream: Stream
  /** Of a write that waits until the stream takes more. */
  #written: ((error?: Error | null) => void) | undefined

  constructor(stream: Stream) {
    super()
    this.#stream = stream
    stream.addEventListener('message', ({ data }) => {
      if (!this.push(data.subarray()) && stream.readStatus === 'readable') stream.pause()
    })
    stream.addEventListener('end', () => this.push(null))
    stream.addEventListener('close', ({ error }) => {
      if (error) this.destroy(error)
      else if (!stream.readableEnded) this.destroy()
    })
    // Its own listener sends what is queued, in a microtask that comes first.
    stream.addEventListener('drain', () => queueMicrotask(() => this.#settleWrite()))
    // The other end may have been quicker than this constructor.
    if (stream.status === 'aborted' || stream.status === 'reset')
      this.destroy(new Error('the other end refused the stream'))
    else if (stream.readableEnded) this.push(null)
  }

  override _read(): void {
    if (this.#stream.readStatus === 'paused') this.#stream.resume()
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    try {
      this.#stream.send(chunk)
    } catch (error) {
      done(error as Error)
      return
    }
    this.#written = done
    this.#settleWrite()
  }

  // Not `onDrain()`: once it has resolved, it resolves at once for ever after, and the queue grows without end.
  #settleWrite(): void {
    const { writableNeedsDrain, writeBufferLength } = this.#stream
    if (writableNeedsDrain || writeBufferLength > 0) return
    const done = this.#written
    this.#written = undefined
    done?.()
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#stream.close().then(() => done(), done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#stream.status === 'open' || this.#stream.status === 'closing')
      this.#stream.abort(error ?? new Error('the stream was closed'))
    this.#written?.(error ?? new Error('the stream was closed'))
    this.#written = undefined
    done(error)
  }
}
