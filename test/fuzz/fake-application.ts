import { FrameReader } from '../../src/engine/control/frame-reader.ts'
import { FakeSocket } from './fake-socket.ts'

/** An application that writes what a run says, and notes the names by which the engine speaks of things. */
export class FakeApplication {
  readonly socket: FakeSocket
  /** Transactions of requests from the network. */
  readonly incoming: string[] = []
  /** Transactions of its own requests. */
  readonly outgoing: string[] = []
  readonly dialogs: string[] = []
  /** Its own requests that have had no final response. */
  readonly pending = new Set<string>()
  /** Verdicts on its frames. */
  readonly refused = new Set<string>()
  readonly answered = new Set<string>()
  readonly #reader = new FrameReader(1_000_000)
  #lastId = 0

  constructor() {
    this.socket = new FakeSocket((bytes) => {
      for (const payload of this.#reader.push(bytes)) this.#note(payload.toString())
    })
  }

  /** Sends a frame and returns its id. */
  send(payload: string): string {
    const id = `f${++this.#lastId}`
    const bytes = Buffer.from(`${id}|${payload}`)
    this.bytes(Buffer.concat([Buffer.from(`${bytes.length}#`), bytes]))
    return id
  }

  bytes(bytes: Buffer): void {
    if (!this.socket.destroyed) this.socket.emit('data', bytes)
  }

  #note(payload: string): void {
    const end = payload.indexOf('\r\n')
    const tokens = payload.slice(0, end < 0 ? payload.length : end).split('|')
    const message = end < 0 ? '' : payload.slice(end + 2)
    const isRequest = message !== '' && !message.startsWith('SIP/2.0')
    if (tokens[1] === 'response') {
      const id = tokens[2] ?? ''
      this.answered.add(id)
      if (tokens[3] !== 'OK') this.refused.add(id)
      else if (tokens[4] === 'application' && tokens[10] && isRequest) {
        this.outgoing.unshift(tokens[10])
        if (!/^(ACK|CANCEL) /.test(message)) this.pending.add(tokens[10])
      }
      return
    }
    const [, , , , , , , , transactionId = '', dialogId = ''] = tokens
    if (/^SIP\/2\.0 [2-6]/.test(message)) this.pending.delete(transactionId)
    if (isRequest && transactionId && tokens[2] === 'network') this.incoming.unshift(transactionId)
    if (dialogId && !this.dialogs.includes(dialogId)) this.dialogs.unshift(dialogId)
  }
}
