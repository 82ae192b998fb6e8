import { aor } from '../../../src/domain/aor.ts'
import type { CallQuestion, RoutePlan } from '../../../src/domain/route.ts'
import type { Clock } from '../../../src/lib/clock.ts'
import { type FakeInvite, type FakeOutgoing, settled } from '../../support/fake-sip-stack.ts'
import { type AnEdge, target, targets } from '../../unit/edge/an-edge.ts'

export const domain = 'pbx.example'
export const tickMs = 10_000
const hourTicks = 360
/** As `AnEdge` has it. */
const ringMs = 60_000

const fates = [
  ...(['talks', 'busy', 'talks', 'calls outside', 'nobody answers', 'talks'] as const),
  ...(['no phone', 'talks', 'given up', 'talks', 'wrong number'] as const),
] as const

/** What becomes of a call. */
export type Fate = (typeof fates)[number] | 'talks for hours'

/** How a call was placed, and what its record must say. */
export interface PlacedCall {
  readonly fate: Fate
  readonly startedAt: number
  answeredAt: number | undefined
  endedAt: number | undefined
}

const phones = 50
const wrongNumber = '999'
const longCallEvery = hourTicks / 2
const longCallTicks = 8 * hourTicks

/** People who call all day: one call each tick, some of them for hours. The far ends are played, the edge is real. */
export class ADayOfCalls {
  /** By Call-ID. */
  readonly placed = new Map<string, PlacedCall>()
  readonly #edge: AnEdge
  readonly #clock: Clock
  readonly #later = new Map<number, (() => void | Promise<void>)[]>()
  readonly #talking = new Set<() => void>()
  #tick = 0

  constructor(edge: AnEdge, clock: Clock) {
    this.#edge = edge
    this.#clock = clock
  }

  get talking(): number {
    return this.#talking.size
  }

  /** Goes on with the calls of before, and places one. The clock stays. */
  async next(): Promise<void> {
    await this.#goOn()
    const fate = this.#tick % longCallEvery === 0 ? 'talks for hours' : fates[this.#tick % fates.length]
    await this.#place(this.#tick, fate ?? 'talks')
    this.#tick++
  }

  /** Only goes on with those of before. */
  async rest(): Promise<void> {
    await this.#goOn()
    this.#tick++
  }

  /** Everybody who talks hangs up. */
  async goHome(): Promise<void> {
    for (const hangUp of [...this.#talking]) hangUp()
    await settled()
  }

  async #goOn(): Promise<void> {
    for (const action of this.#later.get(this.#tick) ?? []) await action()
    this.#later.delete(this.#tick)
    await settled()
  }

  async #place(number: number, fate: Fate): Promise<void> {
    const { stack } = this.#edge
    const caller = aor(String(2_000 + (number % phones)), domain)
    const called = fate === 'wrong number' ? wrongNumber : String(2_000 + ((number * 7 + 3) % phones))
    this.#edge.verdict = { kind: 'authenticated', caller, owns: () => true }
    const callId = `day-${number}`
    const call: PlacedCall = { fate, startedAt: this.#clock.now(), answeredAt: undefined, endedAt: undefined }
    this.placed.set(callId, call)
    const before = stack.outgoing.length
    const invite = await stack.receiveInvite({
      callId,
      uri: `sip:${fate === 'calls outside' ? '+49301234567' : called}@${domain}`,
      headers: { from: `<sip:${caller.user}@${domain}>;tag=${number}` },
    })
    if (stack.outgoing.length > before) await this.#ring(call, invite, stack.sent())
    else call.endedAt = this.#clock.now()
  }

  async #ring(call: PlacedCall, invite: FakeInvite, leg: FakeOutgoing): Promise<void> {
    const { fate } = call
    const ends = () => {
      call.endedAt = this.#clock.now()
    }
    if (fate === 'no phone') {
      ends()
      return leg.refuses(480)
    }
    leg.rings()
    if (fate === 'nobody answers') return this.#at(ringMs / tickMs, ends)
    if (fate !== 'given up' && fate !== 'busy') return this.#at(1, () => this.#talk(call, invite, leg))
    this.#at(1, async () => {
      ends()
      if (fate === 'busy') await leg.refuses(486)
      else invite.cancel()
    })
  }

  async #talk(call: PlacedCall, invite: FakeInvite, leg: FakeOutgoing): Promise<void> {
    call.answeredAt = this.#clock.now()
    const callee = await leg.answers('v=0 callee')
    const hangUp = () => {
      if (!this.#talking.delete(hangUp)) return
      call.endedAt = this.#clock.now()
      if (this.#tick % 2 === 0) callee.farEndHangsUp()
      else invite.dialog?.farEndHangsUp()
    }
    this.#talking.add(hangUp)
    this.#at(call.fate === 'talks for hours' ? longCallTicks : 1 + (this.#tick % 17), hangUp)
  }

  #at(ticks: number, action: () => void | Promise<void>): void {
    const tick = this.#tick + ticks
    this.#later.set(tick, [...(this.#later.get(tick) ?? []), action])
  }
}

/** Where the box sends a call of that day. */
export function planOf({ requestUri }: CallQuestion): RoutePlan {
  const [, user = ''] = /^sip:(.+)@/.exec(requestUri) ?? []
  if (user === wrongNumber)
    return { kind: 'refuse', status: 404, reason: 'Not Found', why: 'nobody here has this number' }
  if (!user.startsWith('+'))
    return targets(target({ uri: `sip:${user}@192.0.2.8:5062`, label: `sip:${user}@${domain}` }))
  const rate = { perMinute: 100, setup: 0, stepSeconds: 60 }
  return targets(
    target({ path: 'trunk', uri: `sip:${user}@192.0.2.60`, label: 'carrier', outsideNumber: user, rate }),
  )
}
