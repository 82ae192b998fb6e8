import type { TransportName } from '../transport/hop.ts'

/** One message in the ring. Slots are used again, so that noting a message allocates nothing. */
export interface RingSlot {
  /** Where in the ring's bytes it begins, and how much of it is there. */
  start: number
  length: number
  at: number
  direction: 'in' | 'out'
  transport: TransportName
  localAddress: string
  localPort: number
  remoteAddress: string
  remotePort: number
  /** Its whole size. */
  bytes: number
  callIdStart: number
  callIdEnd: number
  lot: number
}

/** The last messages as bytes in one block of memory; a new one overwrites the oldest that are in its way. */
export class MessageRing {
  readonly #maxBytes: number
  readonly #maxMessages: number
  readonly #onForget: (slot: RingSlot) => void
  readonly #slots: RingSlot[] = []
  #block: Buffer | undefined
  #oldest = 0
  #size = 0
  #offset = 0

  constructor(maxBytes: number, maxMessages: number, onForget: (slot: RingSlot) => void) {
    this.#maxBytes = maxBytes
    this.#maxMessages = maxMessages
    this.#onForget = onForget
  }

  get size(): number {
    return this.#size
  }

  /** The block, taken when it is first needed; the system gives its pages as they fill. */
  get block(): Buffer {
    this.#block ??= Buffer.allocUnsafeSlow(this.#maxBytes)
    return this.#block
  }

  /** Copies the first `length` bytes, which must not be more than the ring has; the caller fills in the rest of the slot. */
  add(data: Buffer, length: number): RingSlot {
    const start = this.#makeRoom(length)
    data.copy(this.block, start, 0, length)
    const index = (this.#oldest + this.#size++) % this.#maxMessages
    this.#slots[index] ??= emptySlot()
    const slot = this.#slots[index] as RingSlot
    slot.start = start
    slot.length = length
    return slot
  }

  /** Oldest first. */
  *[Symbol.iterator](): IterableIterator<RingSlot> {
    for (let n = 0; n < this.#size; n++) yield this.#slots[(this.#oldest + n) % this.#maxMessages] as RingSlot
  }

  #makeRoom(length: number): number {
    if (this.#size === this.#maxMessages) this.#forgetOldest()
    if (this.#offset + length > this.#maxBytes) {
      // What lies between here and the end of the block is left of the lap before.
      while (this.#size > 0 && this.#first.start >= this.#offset) this.#forgetOldest()
      this.#offset = 0
    }
    const start = this.#offset
    this.#offset += length
    while (this.#size > 0 && isBetween(this.#first, start, this.#offset)) this.#forgetOldest()
    return start
  }

  get #first(): RingSlot {
    return this.#slots[this.#oldest] as RingSlot
  }

  #forgetOldest(): void {
    this.#onForget(this.#first)
    this.#oldest = (this.#oldest + 1) % this.#maxMessages
    this.#size--
  }
}

function isBetween(slot: RingSlot, start: number, end: number): boolean {
  return slot.start < end && slot.start + slot.length > start
}

function emptySlot(): RingSlot {
  return {
    start: 0,
    length: 0,
    at: 0,
    direction: 'in',
    transport: 'udp',
    localAddress: '',
    localPort: 0,
    remoteAddress: '',
    remotePort: 0,
    bytes: 0,
    callIdStart: 0,
    callIdEnd: 0,
    lot: 0,
  }
}
