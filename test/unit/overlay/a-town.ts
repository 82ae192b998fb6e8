import { type MemoryBox, MemoryOverlays } from '../../../src/drivers/memory-overlay/memory-overlay.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import {
  decodeReply,
  decodeRequest,
  encodeMessage,
  type PeerReply,
  type PeerRequest,
} from '../../../src/overlay/protocol/peer-message.ts'
import { now } from './some-records.ts'

const stepMilliseconds = 50
const flush = () => new Promise((resolve) => setImmediate(resolve))

/** What becomes of a question on its way; the usual when undefined. */
export type Meddling = (
  from: MemoryBox,
  to: string,
  request: PeerRequest,
) => Promise<PeerReply> | 'silence' | undefined

/** Boxes of one overlay whose time the test moves, and whose questions it counts and meddles with. */
export class ATown {
  readonly clock = new FakeClock(now)
  readonly overlays = new MemoryOverlays('town.example')
  readonly boxes: MemoryBox[] = []
  /** Questions on the way so far, by type. */
  readonly asked = new Map<string, number>()
  meddle: Meddling = () => undefined

  /** A started box; the same one again when it is given its key. */
  async box(key?: MemoryBox['key']): Promise<MemoryBox> {
    const box = this.overlays.box({ clock: this.clock, ...(key && { key }) })
    const request = box.port.request.bind(box.port)
    box.port.request = async (peer, message, signal) => {
      const question = decodeRequest(message)
      this.asked.set(question.type, (this.asked.get(question.type) ?? 0) + 1)
      const meddled = this.meddle(box, peer, question)
      if (meddled === 'silence') return untilAborted(signal)
      return meddled ? encodeMessage(await meddled) : request(peer, message, signal)
    }
    this.boxes.push(box)
    await box.overlay.start()
    return box
  }

  /** So many boxes that know each other. */
  async grow(count: number): Promise<void> {
    for (let made = 0; made < count; made++) await this.box()
    await this.pass(3_000)
  }

  async pass(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += stepMilliseconds) {
      this.clock.advance(stepMilliseconds)
      await flush()
    }
  }

  /** Resolves to the outcome and the milliseconds that passed for it. */
  async timed<Value>(work: Promise<Value>): Promise<{ value: Value; took: number }> {
    const began = this.clock.now()
    let isOver = false
    const end = () => {
      isOver = true
    }
    work.then(end, end)
    await flush()
    while (!isOver) await this.pass(stepMilliseconds)
    return { value: await work, took: this.clock.now() - began }
  }

  /** Gone without a word. */
  async kill(box: MemoryBox): Promise<void> {
    this.boxes.splice(this.boxes.indexOf(box), 1)
    await box.port.close()
    await box.overlay.stop()
  }

  /** How many boxes hold that entry, and no removed one. */
  async copies(resource: string): Promise<number> {
    const question = encodeMessage({ type: 'fetch', kind: 'sip-aor', resource, watch: false })
    const held = await Promise.all(
      this.boxes.map(async (box) => {
        const witness = this.boxes.find((other) => other !== box)
        const reply = await box.port.answer(witness?.port.self ?? '', question)
        const { type, ...rest } = decodeReply(reply)
        return type === 'records' && 'records' in rest && rest.records.length > 0
      }),
    )
    return held.filter(Boolean).length
  }

  async close(): Promise<void> {
    await Promise.all(this.boxes.map(({ overlay }) => overlay.stop()))
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
