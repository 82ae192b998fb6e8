import type { Clock } from '../../lib/clock.ts'
import type { Flow } from '../transport/flow.ts'
import { hostPort } from '../transport/host-port.ts'
import { isResponseKind, type KindName, kindNames, methodKindAt } from './message-kind.ts'
import { MessageMarks } from './message-marks.ts'
import { MessageRing, type RingSlot } from './message-ring.ts'
import type { MessageWatcher } from './observed-transport.ts'
import { readableText } from './readable-text.ts'
import type { TraceSettings } from './trace-settings.ts'
import type { TracedMessage } from './traced-message.ts'

/** What can be part of a call; registrations and the like would only push calls out. */
const inCalls: readonly KindName[] = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'PRACK',
  'UPDATE',
  'INFO',
  'REFER',
  'NOTIFY',
]
const isInCalls = kindNames.map((name) => inCalls.includes(name))
const lotMask = 0xffff

/** Keeps the last messages of calls as they passed. Which belong to a call is found out only when somebody asks. */
export class CallTrace implements MessageWatcher {
  readonly #settings: TraceSettings
  readonly #clock: Clock
  readonly #addressOf: (flow: Flow) => string
  readonly #marks = new MessageMarks()
  readonly #ring: MessageRing
  /** Messages kept, by the hash of their Call-ID: one endless call does not push out all others. */
  readonly #kept = new Uint16Array(lotMask + 1)

  /** `addressOf`: the box's address on a flow, as its neighbours see it. */
  constructor(settings: TraceSettings, clock: Clock, addressOf: (flow: Flow) => string) {
    this.#settings = settings
    this.#clock = clock
    this.#addressOf = addressOf
    this.#ring = new MessageRing(settings.maxBytes, settings.maxMessages, ({ lot }) => {
      this.#kept[lot] = (this.#kept[lot] ?? 1) - 1
    })
  }

  /** Messages that are kept now. */
  get size(): number {
    return this.#ring.size
  }

  saw(direction: 'in' | 'out', data: Buffer, flow: Flow, kind: number): void {
    if (!isResponseKind(kind) && !isInCalls[kind]) return
    const marks = this.#marks
    if (!marks.find(data) || !isInCalls[methodKindAt(data, marks.cseqMethodAt)]) return
    const lot = lotOf(data, marks.callIdStart, marks.callIdEnd)
    const kept = this.#kept[lot] ?? 0
    const { maxMessagesPerCall, maxMessageBytes, maxBytes } = this.#settings
    const length = Math.min(data.length, maxMessageBytes, maxBytes)
    if (kept >= maxMessagesPerCall || marks.callIdEnd > length) return
    this.#kept[lot] = kept + 1
    const slot = this.#ring.add(data, length)
    slot.lot = lot
    slot.at = this.#clock.now()
    slot.direction = direction
    slot.bytes = data.length
    slot.callIdStart = slot.start + marks.callIdStart
    slot.callIdEnd = slot.start + marks.callIdEnd
    slot.localAddress = this.#addressOf(flow)
    noteFlow(slot, flow)
  }

  /** Oldest first: of the call with this Call-ID, and of its other legs, whose Call-IDs begin with `legPrefix`. */
  messagesOf(callId: string, legPrefix: string | undefined): readonly TracedMessage[] {
    const call = Buffer.from(callId, 'latin1')
    const legs = legPrefix === undefined ? undefined : Buffer.from(legPrefix, 'latin1')
    const found: TracedMessage[] = []
    for (const slot of this.#ring)
      if (this.#begins(slot, call, true) || (legs && this.#begins(slot, legs, false)))
        found.push(this.#read(slot))
    return found
  }

  #begins({ callIdStart, callIdEnd }: RingSlot, wanted: Buffer, isWhole: boolean): boolean {
    const length = callIdEnd - callIdStart
    if (isWhole ? length !== wanted.length : length < wanted.length) return false
    const { block } = this.#ring
    if (block[callIdStart] !== wanted[0]) return false
    return block.compare(wanted, 0, wanted.length, callIdStart, callIdStart + wanted.length) === 0
  }

  #read(slot: RingSlot): TracedMessage {
    const { block } = this.#ring
    return {
      at: slot.at,
      direction: slot.direction,
      transport: slot.transport,
      local: hostPort(slot.localAddress, slot.localPort),
      remote: hostPort(slot.remoteAddress, slot.remotePort),
      callId: block.toString('latin1', slot.callIdStart, slot.callIdEnd),
      bytes: slot.bytes,
      text: readableText(block.subarray(slot.start, slot.start + slot.length)),
    }
  }
}

function noteFlow(slot: RingSlot, flow: Flow): void {
  slot.transport = flow.transport
  slot.localPort = flow.localPort
  slot.remoteAddress = flow.remoteAddress
  slot.remotePort = flow.remotePort
}

/** FNV-1a over the bytes. */
function lotOf(data: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (data[at] ?? 0), 0x01000193)
  return (hash ^ (hash >>> 16)) & lotMask
}
