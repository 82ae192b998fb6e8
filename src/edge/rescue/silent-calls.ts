import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { within } from '../../lib/time-box.ts'
import { otherSide } from '../bridge.ts'
import type { CallUnderWay } from '../transfer/transferable-call.ts'
import { pbxSide } from './pbx-leg.ts'

interface WatchedCall {
  readonly call: CallUnderWay
  /** At the look before; undefined before the first one. */
  readonly heard: Heard | undefined
}

/** When media was heard last from either end, by the clock of the relay, which need not be the box's. */
interface Heard {
  readonly pbxAt: number
  /** Undefined when nobody can tell. */
  readonly otherAt: number | undefined
}

interface Watched {
  readonly pbx: string
  readonly calls: readonly WatchedCall[]
  readonly looks: number
  readonly timer: Timer | undefined
}

/** A dead PBX is silent for longer than any that lives: one that suppresses silence sends comfort noise. */
const lookEveryMs = 10_000
const mostLooks = 7
const answerWithinMs = 2_000

/**
 * Calls of a dead PBX that could not be rescued. The media of some flows past the PBX, and they are alive: only a call in
 * which the relay has heard the far end and nothing from the PBX, from one look to the next, is hung up, so that people hear
 * that it is over. Where neither is heard it may be the box that is cut off.
 */
export class SilentCalls {
  readonly #clock: Clock
  readonly #log: Log
  readonly #watched = new Map<string, Watched>()

  constructor(clock: Clock, log: Log) {
    this.#clock = clock
    this.#log = log
  }

  watch(pbx: string, calls: readonly CallUnderWay[]): void {
    this.leave(pbx)
    // A call for help is ended by nobody but the people in it.
    const watched = calls.filter(({ emergency }) => !emergency).map((call) => ({ call, heard: undefined }))
    this.#watched.set(pbx, { pbx, calls: watched, looks: 0, timer: undefined })
    void this.#look(pbx)
  }

  /** The PBX is back, and what is still up may go on. */
  leave(pbx: string): void {
    this.#watched.get(pbx)?.timer?.cancel()
    this.#watched.delete(pbx)
  }

  async #look(pbx: string): Promise<void> {
    const watched = this.#watched.get(pbx)
    if (!watched) return
    const found = await Promise.all(watched.calls.map(({ call }) => this.#heard(call, pbx)))
    if (this.#watched.get(pbx) !== watched) return
    const calls: WatchedCall[] = []
    for (const [index, { call, heard: before }] of watched.calls.entries()) {
      const heard = found[index]
      if (heard === undefined) continue
      if (before && isOneSided(before, heard)) this.#hangUp(call, pbx)
      else calls.push({ call, heard })
    }
    const looks = watched.looks + 1
    if (calls.length === 0 || looks >= mostLooks) this.#watched.delete(pbx)
    else {
      const timer = this.#clock.after(lookEveryMs, () => void this.#look(pbx))
      this.#watched.set(pbx, { pbx, calls, looks, timer })
    }
  }

  /** Undefined when nobody can tell, and when nothing is to be heard. */
  async #heard(call: CallUnderWay, pbx: string): Promise<Heard | undefined> {
    const side = pbxSide(call, pbx)
    const { bridge } = call
    if (!side || !bridge || bridge.isOver) return undefined
    // RFC 3264 §8.4: from a PBX that holds the call nothing is expected.
    if (/^a=(recvonly|inactive)\r?$/m.test(bridge.leg(side).remoteSdp)) return undefined
    const [pbxAt, otherAt] = await Promise.all(
      [side, otherSide(side)].map(async (each) => {
        const heard = await within(answerWithinMs, this.#clock, () => bridge.lastHeard(each))
        return heard.kind === 'value' ? heard.value : undefined
      }),
    )
    return pbxAt === undefined ? undefined : { pbxAt, otherAt }
  }

  #hangUp(call: CallUnderWay, pbx: string): void {
    const cause = `PBX ${pbx} is gone, and nothing is heard from it any more`
    this.#log.info({ callId: call.question.callId, pbx }, 'call through a dead PBX hung up')
    void call.hangUp(cause, 503, `Q.850 ;cause=38 ;text="${cause}"`)
  }
}

function isOneSided(before: Heard, now: Heard): boolean {
  const isOtherSilent = now.otherAt !== undefined && now.otherAt === before.otherAt
  return now.pbxAt === before.pbxAt && !isOtherSilent
}
