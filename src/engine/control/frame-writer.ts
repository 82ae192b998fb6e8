import type { Clock, Timer } from '../../lib/clock.ts'

const slabBytes = 256 * 1024

/** Where whole chunks of frames go; `socket.write` is one. */
export type WriteBytes = (bytes: Buffer) => void

/**
 * Collects the frames of one turn of the event loop into one write. Frames are composed in place in a slab that is
 * never written twice, so the socket may keep the bytes for as long as it likes.
 */
export class FrameWriter {
  readonly #write: WriteBytes
  readonly #clock: Clock
  #slab: Buffer = Buffer.alloc(0)
  #sent = 0
  #used = 0
  #isScheduled = false
  #waiting: Timer | undefined
  #patienceMs = 0

  constructor(write: WriteBytes, clock: Clock) {
    this.#write = write
    this.#clock = clock
  }

  /** One frame: the leader, and behind a CRLF the SIP message if there is one. It leaves with this turn's others. */
  frame(leader: string, message?: Buffer): void {
    this.#compose(leader, message)
    if (this.#isScheduled) return
    this.#isScheduled = true
    // The check phase follows the poll phase, so all datagrams read in one poll share one write.
    setImmediate(() => this.flush())
  }

  /** One frame that may wait so many milliseconds for company: under load it costs no write of its own. */
  patientFrame(leader: string, message: Buffer | undefined, patienceMs: number): void {
    this.#compose(leader, message)
    if (this.#isScheduled || (this.#waiting && this.#patienceMs <= patienceMs)) return
    this.#waiting?.cancel()
    this.#patienceMs = patienceMs
    this.#waiting = this.#clock.after(patienceMs, () => this.flush())
  }

  flush(): void {
    this.#isScheduled = false
    this.#waiting?.cancel()
    this.#waiting = undefined
    if (this.#used === this.#sent) return
    const bytes = this.#slab.subarray(this.#sent, this.#used)
    this.#sent = this.#used
    this.#write(bytes)
  }

  #compose(leader: string, message: Buffer | undefined): void {
    const leaderBytes = Buffer.byteLength(leader)
    const length = message ? leaderBytes + 2 + message.length : leaderBytes
    const head = `${length}#`
    this.#reserve(head.length + length)
    const slab = this.#slab
    let at = this.#used
    at += slab.write(head, at, 'latin1')
    at += slab.write(leader, at, leaderBytes === leader.length ? 'latin1' : 'utf8')
    if (message) {
      slab[at] = 0x0d
      slab[at + 1] = 0x0a
      at += 2 + message.copy(slab, at + 2)
    }
    this.#used = at
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#slab.length) return
    this.flush()
    this.#slab = Buffer.allocUnsafeSlow(Math.max(slabBytes, bytes))
    this.#sent = 0
    this.#used = 0
  }
}
