import type { Clock, Timer } from '../../../src/lib/clock.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { Liveness } from '../../../src/overlay/membership/liveness.ts'
import { NewsBoard } from '../../../src/overlay/membership/news-board.ts'
import { PeerTable } from '../../../src/overlay/membership/peer-table.ts'
import { PeerRefused, PeerUnreachable } from '../../../src/overlay/overlay-errors.ts'
import type { PeerId } from '../../../src/overlay/protocol/peer-id.ts'
import {
  encodeMessage,
  type PeerReply,
  type PeerRequest,
} from '../../../src/overlay/protocol/peer-message.ts'
import { now } from './some-records.ts'

export interface Drop {
  readonly at: number
  readonly by: PeerId
  readonly peer: PeerId
  readonly because: string
  readonly silentForMs: number | undefined
}

const stepMilliseconds = 50
const wayTakes = 25

/** A clock that stops with its box: what falls due meanwhile happens when it runs again. */
class BoxClock implements Clock {
  readonly #clock: Clock
  #isStill = false
  #late: (() => void)[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  after(milliseconds: number, action: () => void): Timer {
    let isCancelled = false
    const timer = this.#clock.after(milliseconds, () => this.whenAwake(() => isCancelled || action()))
    return {
      cancel: () => {
        isCancelled = true
        timer.cancel()
      },
    }
  }

  whenAwake(action: () => void): void {
    if (this.#isStill) this.#late.push(action)
    else action()
  }

  standStill(): void {
    this.#isStill = true
  }

  goOn(): void {
    this.#isStill = false
    for (const action of this.#late.splice(0)) action()
  }
}

export interface SwarmBox {
  readonly id: PeerId
  readonly clock: BoxClock
  readonly table: PeerTable
  readonly news: NewsBoard
  readonly liveness: Liveness
  inUse: PeerId[]
  /** What it sent, and pings among it. */
  bytes: number
  pings: number
}

/** The liveness of many boxes that are all connected, over a network of one way in 25 ms; nothing else of them runs. */
export class LivenessSwarm {
  readonly clock = new FakeClock(now)
  readonly drops: Drop[] = []
  readonly boxes: readonly SwarmBox[]
  readonly #byId = new Map<PeerId, SwarmBox>()
  readonly #cut = new Set<string>()
  #seed = 1

  constructor(count: number) {
    const ids = Array.from({ length: count }, (_, number) => `box-${String(number).padStart(3, '0')}`)
    this.boxes = ids.map((id) => this.#box(id, ids))
    for (const box of this.boxes) this.#byId.set(box.id, box)
    for (const { liveness } of this.boxes) liveness.start()
  }

  at(number: number): SwarmBox {
    return this.boxes[number] as SwarmBox
  }

  async pass(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += stepMilliseconds) {
      this.clock.advance(stepMilliseconds)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Nothing passes between the two boxes any more, and no connection ends. */
  cut(a: SwarmBox, b: SwarmBox): void {
    this.#cut.add(`${a.id} ${b.id}`)
    this.#cut.add(`${b.id} ${a.id}`)
  }

  /** How many of the boxes have dropped that one. */
  droppedBy(box: SwarmBox): number {
    return this.boxes.filter((other) => other !== box && !other.table.isMember(box.id)).length
  }

  stop(): void {
    for (const { liveness } of this.boxes) liveness.stop()
  }

  #box(id: PeerId, ids: readonly PeerId[]): SwarmBox {
    const clock = new BoxClock(this.clock)
    const table = new PeerTable(id)
    for (const other of ids)
      if (other !== id) {
        table.learn(other, [], 'config', now)
        table.setState(other, 'member', now)
        const known = table.get(other)
        if (known) known.notAfter = Number.POSITIVE_INFINITY
      }
    const news = new NewsBoard()
    const liveness = new Liveness(id, {
      ...{ table, news, clock, log: silentLog, revocations: undefined },
      calls: { ask: (peer, request, _, within) => this.#ask(box, peer, request, within) as Promise<never> },
      random: () => this.#random(),
      peersInUse: () => box.inUse,
      drop: (peer, because, silentForMs) => {
        this.drops.push({ at: this.clock.now(), by: id, peer, because, silentForMs })
        table.setState(peer, 'away', this.clock.now())
      },
      heardOf: () => undefined,
    })
    const box: SwarmBox = { id, clock, table, news, liveness, inUse: [], bytes: 0, pings: 0 }
    return box
  }

  #ask(box: SwarmBox, peer: PeerId, request: PeerRequest, within: number): Promise<PeerReply> {
    box.bytes += encodeMessage(request).length
    if (request.type === 'ping') box.pings++
    return new Promise((resolve, reject) => {
      box.clock.after(within, () => reject(new PeerUnreachable('no answer')))
      const other = this.#byId.get(peer)
      if (!other) return
      this.#travel(box, other, () => {
        void this.#answer(other, box.id, request).then((reply) => {
          other.bytes += encodeMessage(reply).length
          this.#travel(other, box, () => {
            if (reply.type === 'refused') reject(new PeerRefused(reply.code, reply.reason))
            else resolve(reply)
          })
        })
      })
    })
  }

  async #answer(box: SwarmBox, asker: PeerId, request: PeerRequest): Promise<PeerReply> {
    if (request.type === 'ping') return box.liveness.answer(asker, request)
    if (request.type === 'ping-for') return box.liveness.lookForAnother(request.peer)
    throw new Error(request.type)
  }

  #travel(from: SwarmBox, to: SwarmBox, arrive: () => void): void {
    this.clock.after(wayTakes, () => {
      if (!this.#cut.has(`${from.id} ${to.id}`)) to.clock.whenAwake(arrive)
    })
  }

  // Mulberry32: the same course in every run.
  #random(): number {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
