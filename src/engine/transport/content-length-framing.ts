import type { Framing, FramingReceiver } from './framing.ts'
import { type FrameLimits, StreamFramer } from './stream-framer.ts'

const ping = Buffer.from('\r\n\r\n')
const pong = Buffer.from('\r\n')

/** SIP straight on a stream, TCP or TLS: messages are cut by Content-Length and go out as they are. */
export class ContentLengthFraming implements Framing {
  readonly #framer: StreamFramer

  constructor(receiver: FramingReceiver, limits: FrameLimits) {
    this.#framer = new StreamFramer(
      {
        onFrame: (message) => receiver.onFrame(message),
        onPing: () => receiver.onPing(pong),
        onBadFrame: (head, status, reason) => receiver.onBadFrame(head, status, reason),
      },
      limits,
    )
  }

  get isPartial(): boolean {
    return this.#framer.isPartial
  }

  push(chunk: Buffer): void {
    this.#framer.push(chunk)
  }

  ping(): Buffer {
    this.#framer.expectPong()
    return ping
  }

  wrap(message: Buffer): Buffer {
    return message
  }
}
