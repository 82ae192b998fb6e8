import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { socketClosed } from '../../support/socket-closed.ts'
import { within } from '../../support/within.ts'
import type { ServerUnderTest } from './server-under-test.ts'

/** An application that writes frames itself, right or wrong. */
export class RawApplication {
  readonly #socket: Socket
  readonly #closed: Promise<void>
  #bytes = Buffer.alloc(0)
  #lastId = 0
  #wake = (): void => undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#closed = socketClosed(socket)
    socket.on('data', (chunk) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk])
      this.#wake()
    })
  }

  static async open({ control }: ServerUnderTest): Promise<RawApplication> {
    const socket = connect(control.port, control.host)
    await once(socket, 'connect')
    return new RawApplication(socket)
  }

  static async authenticated(server: ServerUnderTest): Promise<RawApplication> {
    const application = await RawApplication.open(server)
    await application.ask(`authenticate|${server.control.secret}|`)
    return application
  }

  get closed(): Promise<void> {
    return within(2_000, 'the server to close', this.#closed)
  }

  close(): void {
    this.#socket.destroy()
  }

  write(bytes: string | Buffer): void {
    this.#socket.write(bytes)
  }

  /** Sends a frame and returns its id. */
  send(payload: string): string {
    const id = `id-${++this.#lastId}`
    this.write(frame(`${id}|${payload}`))
    return id
  }

  /** The tokens of the answer to a frame, the message behind them as the last. */
  async ask(payload: string): Promise<string[]> {
    const id = this.send(payload)
    for (;;) {
      const tokens = await this.next()
      if (tokens[1] === 'response' && tokens[2] === id) return tokens
    }
  }

  /** The next frame: its tokens, and the SIP message as the last one. */
  async next(): Promise<string[]> {
    for (;;) {
      const hash = this.#bytes.indexOf('#')
      const length = Number(this.#bytes.toString('latin1', 0, Math.max(hash, 0)))
      if (hash > 0 && this.#bytes.length > hash + length) {
        const payload = this.#bytes.toString('utf8', hash + 1, hash + 1 + length)
        this.#bytes = this.#bytes.subarray(hash + 1 + length)
        const end = payload.indexOf('\r\n')
        return end < 0 ? payload.split('|') : [...payload.slice(0, end).split('|'), payload.slice(end + 2)]
      }
      const arrival = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      await within(
        2_000,
        'a frame',
        Promise.race([arrival, this.#closed.then(() => Promise.reject(new Error('closed')))]),
      )
    }
  }
}

export const frame = (payload: string): string => `${Buffer.byteLength(payload)}#${payload}`
