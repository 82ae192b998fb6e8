import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'

/** As much of a socket as an application's connection uses. What the engine writes goes to `onWritten`. */
export class FakeSocket extends EventEmitter {
  readonly remoteAddress = '127.0.0.1'
  readonly remotePort = 40_000
  readonly writableLength = 0
  destroyed = false
  readonly #onWritten: (bytes: Buffer) => void

  constructor(onWritten: (bytes: Buffer) => void) {
    super()
    this.#onWritten = onWritten
  }

  get asSocket(): Socket {
    return this as unknown as Socket
  }

  write(bytes: Buffer): void {
    if (!this.destroyed) this.#onWritten(bytes)
  }

  setNoDelay(): void {
    // Nothing waits here.
  }

  setKeepAlive(): void {
    // Nobody is silent here without a reason.
  }

  end(): void {
    this.destroy()
  }

  destroySoon(): void {
    this.destroy()
  }

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    queueMicrotask(() => this.emit('close'))
  }
}
