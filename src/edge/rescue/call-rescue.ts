import { sideBySide } from '../../lib/side-by-side.ts'
import type { CallUnderWay } from '../transfer/transferable-call.ts'
import type { CallSet } from '../transfer/transfers.ts'
import { KeptLegs } from './kept-legs.ts'
import { PairRescue } from './pair-rescue.ts'
import { type PbxLeg, pbxLeg } from './pbx-leg.ts'
import { PbxPairs } from './pbx-pairs.ts'
import { type PbxConversations, type RescuePair, rescuePlan } from './rescue-plan.ts'
import type { RescuedCallParts, RescuedCalls } from './rescued-call.ts'
import { SilentCalls } from './silent-calls.ts'

export interface CallRescueParts extends RescuedCallParts {
  readonly conversations?: PbxConversations | undefined
}

/** What became of the calls through a PBX that is gone. */
export interface RescueOutcome {
  readonly rescued: number
  /** Whose far ends could not agree, or did not answer. */
  readonly failed: number
  /** Whose other half is not known: they are left to themselves. */
  readonly left: number
}

type Calls = ReadonlyMap<string, CallUnderWay>

/** Enough that far ends which are dead too keep nobody waiting who lives. */
const atOnce = 200
/** After the first attempt, and after the second: a phone was busy, or the network away for a moment. */
const triedAgainAfterMs = [2_000, 5_000]

/** Joins the phones that talk through a PBX when it is gone. */
export class CallRescue {
  readonly #parts: CallRescueParts
  readonly #calls: CallSet
  readonly #pairs = new PbxPairs()
  readonly #kept: KeptLegs
  readonly #silent: SilentCalls
  readonly #rescue: PairRescue
  /** Of each PBX that is gone: aborted when its calls are to be left to it. */
  readonly #underWay = new Map<string, AbortController>()

  constructor(parts: CallRescueParts, calls: CallSet) {
    this.#parts = parts
    this.#calls = calls
    this.#kept = new KeptLegs(parts.clock, parts.log)
    this.#silent = new SilentCalls(parts.clock, parts.log)
    this.#rescue = new PairRescue(parts, calls, this.#kept)
  }

  /** Two legs talk to each other: one of them may lead to a PBX. */
  bridged(call: CallUnderWay): void {
    for (const side of ['caller', 'callee'] as const) {
      const { path, label } = call.party(side)
      const leg = path === 'pbx' ? this.#legOf(call, label) : undefined
      if (leg) this.#pairs.add(leg)
    }
  }

  ended(call: CallUnderWay): void {
    this.#pairs.remove(call.callLog.id)
  }

  /** The PBX is dead, or cut off. Resolves when everybody is joined who could be at once; the others are tried again. */
  async pbxDied(pbx: string): Promise<RescueOutcome> {
    const { clock, log, conversations } = this.#parts
    const startedAt = clock.now()
    const { signal } = this.#begin(pbx)
    const calls: Calls = new Map([...this.#calls.all()].map((call) => [call.callLog.id, call]))
    const legs = [...calls.values()].flatMap((call) => this.#legOf(call, pbx) ?? [])
    const plan = rescuePlan(legs, (leg) => this.#pairs.pairingOf(leg), conversations)
    const alone = plan.alone.flatMap(({ leg, why }) => {
      const call = calls.get(leg.call)
      this.#rescue.leave(pbx, call, why)
      return call ?? []
    })
    const pairs = plan.pairs.flatMap((pair) => callsOf(pair, calls) ?? [])
    const { joined, left } = await this.#attempt(pairs, signal)
    const outcome = { rescued: joined, failed: plan.pairs.length - joined, left: plan.alone.length }
    if (legs.length > 0) log.warn({ pbx, ...outcome, tookMs: clock.now() - startedAt }, 'PBX calls rescued')
    if (!signal.aborted) {
      this.#silent.watch(pbx, [...alone, ...left.flatMap(({ to, from }) => [to, from])])
      this.#tryAgain(pbx, left, signal, triedAgainAfterMs)
    }
    return outcome
  }

  /** It answers again: it is told that the calls that went on without it are over. */
  pbxIsBack(pbx: string): Promise<void> {
    this.#leaveToIt(pbx)
    return this.#kept.pbxIsBack(pbx)
  }

  stop(): Promise<void> {
    for (const pbx of this.#underWay.keys()) this.#leaveToIt(pbx)
    return this.#kept.stop()
  }

  #begin(pbx: string): AbortController {
    this.#leaveToIt(pbx)
    const underWay = new AbortController()
    this.#underWay.set(pbx, underWay)
    return underWay
  }

  #leaveToIt(pbx: string): void {
    this.#underWay.get(pbx)?.abort()
    this.#underWay.delete(pbx)
    this.#silent.leave(pbx)
  }

  #legOf(call: CallUnderWay, pbx: string): PbxLeg | undefined {
    return pbxLeg(call, pbx, this.#parts.numberOf)
  }

  async #attempt(pairs: readonly RescuedCalls[], signal: AbortSignal) {
    let joined = 0
    const left: RescuedCalls[] = []
    await sideBySide(atOnce, pairs, async (pair) => {
      const outcome = await this.#rescue.rescue(pair, signal)
      if (outcome === 'joined') joined += 1
      if (outcome === 'left') left.push(pair)
    })
    return { joined, left }
  }

  #tryAgain(
    pbx: string,
    left: readonly RescuedCalls[],
    signal: AbortSignal,
    [afterMs, ...later]: readonly number[],
  ): void {
    if (left.length === 0 || afterMs === undefined || signal.aborted) return
    const { clock, log } = this.#parts
    const timer = clock.after(afterMs, async () => {
      signal.removeEventListener('abort', cancel)
      const pairs = left.filter(({ to, from }) => isUp(to) && isUp(from))
      const again = await this.#attempt(pairs, signal)
      if (again.joined > 0) log.warn({ pbx, rescued: again.joined }, 'PBX calls rescued later')
      this.#tryAgain(pbx, again.left, signal, later)
    })
    const cancel = () => timer.cancel()
    signal.addEventListener('abort', cancel, { once: true })
  }
}

function callsOf({ to, from, why }: RescuePair, calls: Calls): RescuedCalls | undefined {
  const [toCall, fromCall] = [calls.get(to.call), calls.get(from.call)]
  return toCall && fromCall && { pbx: to.pbx, to: toCall, from: fromCall, why }
}

function isUp({ bridge }: CallUnderWay): boolean {
  return bridge !== undefined && !bridge.isOver
}
