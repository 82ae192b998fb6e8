import type { Clock, Timer } from '../../src/lib/clock.ts'

export interface Packets {
  /** How long so many packets take now; undefined when one of them does not arrive. */
  crossing(packets: number): number | undefined
  readonly roundTripMilliseconds: number
  /** It left the machine: the first time, or again. */
  sent(message: Message): void
  /** The other end was silent for too long (RFC 9293 §3.8.3, as Linux counts). */
  gaveUp(): void
}

export interface Message {
  readonly bytes: number
  /** What its bytes are counted as. */
  readonly purpose: string
  readonly arrive: () => void
}

const bytesPerPacket = 1_400
/** Linux waits so much longer than the round trip for an acknowledgement. */
const retransmitAfter = 200
const longestPause = 120_000
const mostRetransmissions = 15

/** One direction of a TCP connection: everything arrives in order; what is lost on the way comes late (RFC 6298). */
export class Channel {
  readonly #packets: Packets
  readonly #clock: Clock
  #lastArrival = 0
  /** What was lost, and what was sent since: it cannot be read before. */
  #waiting: Message[] = []
  #retransmissions = 0
  #timer: Timer | undefined

  constructor(packets: Packets, clock: Clock) {
    this.#packets = packets
    this.#clock = clock
  }

  send(message: Message): void {
    this.#packets.sent(message)
    const crossing = this.#waiting.length > 0 ? undefined : this.#packets.crossing(packetsFor(message.bytes))
    if (crossing !== undefined) this.#arrives(message, crossing)
    else if (this.#waiting.push(message) === 1) this.#planRetransmission()
  }

  /** The sending machine is off. */
  stop(): void {
    this.#waiting = []
    this.#timer?.cancel()
  }

  #arrives({ arrive }: Message, crossing: number): void {
    this.#lastArrival = Math.max(this.#lastArrival, this.#clock.now() + crossing)
    this.#clock.after(this.#lastArrival - this.#clock.now(), arrive)
  }

  #planRetransmission(): void {
    const pause = (this.#packets.roundTripMilliseconds + retransmitAfter) * 2 ** this.#retransmissions
    this.#timer = this.#clock.after(Math.min(longestPause, pause), () => this.#retransmit())
  }

  #retransmit(): void {
    const [first] = this.#waiting
    if (!first) return
    this.#packets.sent(first)
    const crossing = this.#packets.crossing(packetsFor(first.bytes))
    if (crossing !== undefined) this.#release(crossing)
    else if (++this.#retransmissions < mostRetransmissions) this.#planRetransmission()
    else {
      this.stop()
      this.#packets.gaveUp()
    }
  }

  #release(crossing: number): void {
    this.#retransmissions = 0
    for (const message of this.#waiting.splice(0)) this.#arrives(message, crossing)
  }
}

/** How many packets carry so many bytes. */
export function packetsFor(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / bytesPerPacket))
}
