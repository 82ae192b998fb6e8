/** How messages lie in the bytes of a stream. */
export interface Framing {
  /** True while a message has begun but is not whole. */
  readonly isPartial: boolean
  push(chunk: Buffer): void
  /** The bytes that carry one message. */
  wrap(message: Buffer): Buffer
  /** The bytes that ask for a sign of life; the answer is nobody else's to hear. */
  ping(): Buffer
}

/** What a stream carried. */
export interface FramingReceiver {
  onFrame(message: Buffer): void
  /** A keep-alive between messages that is to be answered by these bytes, as they are. */
  onPing(answer: Buffer): void
  /** Bytes to be sent at once, which say nothing about messages. */
  onControl(answer: Buffer): void
  /** SIP that is out of step; nothing follows. `head` is the header block as far as it came. */
  onBadFrame(head: Buffer, status: 400 | 513, reason: string): void
  /** The stream ends, by the far end's wish or its fault; `goodbye` is still to be sent. Nothing follows. */
  onEnd(goodbye: Buffer, reason: string): void
}
