import { CallRejected } from '../../domain/call-rejected.ts'
import { GatewayError } from '../../domain/gateway-error.ts'
import { type Boxed, within } from '../../lib/time-box.ts'
import type { CallUnderWay } from '../transfer/transferable-call.ts'
import type { CallSet } from '../transfer/transfers.ts'
import { areReachable } from './far-ends.ts'
import type { KeptLegs } from './kept-legs.ts'
import { reconnect } from './reconnection.ts'
import { type Rescued, type RescuedCallParts, type RescuedCalls, rescuedCall } from './rescued-call.ts'

/** `left`: nothing was done to them, and it can be tried again. */
export type PairOutcome = 'joined' | 'failed' | 'left'

type Trouble = Exclude<Boxed<void>, { kind: 'value' }>

const reconnectedWithinMs = 5_000
/** A call for help is tried for five minutes. */
const helpTriedAgainMs = 2_000
const mostHelpTries = 150

/** Joins the far ends of two calls that a PBX had connected. */
export class PairRescue {
  readonly #parts: RescuedCallParts
  readonly #calls: CallSet
  readonly #kept: KeptLegs

  constructor(parts: RescuedCallParts, calls: CallSet, kept: KeptLegs) {
    this.#parts = parts
    this.#calls = calls
    this.#kept = kept
  }

  /** `isBack` fires when the PBX has its calls again. Never rejects. */
  async rescue(pair: RescuedCalls, isBack: AbortSignal): Promise<PairOutcome> {
    const { pbx, to, from } = pair
    try {
      if (!(await areReachable(pair, this.#parts.clock))) {
        return this.leave(pbx, to, 'not both far ends answer the box')
      }
      if (isBack.aborted) return this.leave(pbx, to, 'the PBX is back')
      if (!isFree(to) || !isFree(from)) return this.leave(pbx, to, 'it is over, or being transferred')
      return await this.#join(pair)
    } catch (error) {
      this.#parts.log.error({ pbx, error: String(error) }, 'rescue of a call failed')
      return 'failed'
    }
  }

  leave(pbx: string, call: CallUnderWay | undefined, why: string): 'left' {
    this.#parts.log.warn({ callId: call?.question.callId, pbx, why }, 'call through the PBX not rescued')
    return 'left'
  }

  async #join(pair: RescuedCalls): Promise<PairOutcome> {
    const rescued = rescuedCall(pair, this.#parts)
    for (const dialog of rescued.pbxLegs) this.#kept.keep(pair.pbx, dialog)
    this.#calls.adopt(rescued.call)
    rescued.call.bridge.join()
    const outcome = await this.#reconnect(rescued)
    if (outcome.kind === 'value') return 'joined'
    if (rescued.call.emergency) void this.#keepTrying(rescued, pair.pbx)
    else this.#giveUp(rescued, pair.pbx, outcome)
    return 'failed'
  }

  #reconnect({ legs, media }: Rescued): Promise<Boxed<void>> {
    const { clock } = this.#parts
    return within(reconnectedWithinMs, clock, (signal) => reconnect(legs, media, clock, signal))
  }

  /** Nobody but the people in it ends a call for help. */
  async #keepTrying(rescued: Rescued, pbx: string): Promise<void> {
    const { clock, log } = this.#parts
    const { bridge, question } = rescued.call
    for (let tries = 1; tries <= mostHelpTries; tries++) {
      await new Promise<void>((resolve) => void clock.after(helpTriedAgainMs, resolve))
      if (bridge.isOver || bridge.isInTransfer) return
      const { kind } = await this.#reconnect(rescued)
      if (kind === 'value') {
        log.warn({ callId: question.callId, pbx, tries }, 'call for help rescued')
        return
      }
    }
    log.error({ callId: question.callId, pbx }, 'call for help could not be rescued')
  }

  /** Both people are told, so that they can dial again. */
  #giveUp({ call }: Rescued, pbx: string, outcome: Trouble): void {
    const error = outcome.kind === 'failed' ? outcome.error : undefined
    if (error !== undefined && !(error instanceof GatewayError)) {
      this.#parts.log.error({ pbx, error: String(error) }, 'rescue of a call failed')
    }
    const why = error instanceof GatewayError ? error.message : 'a far end did not answer in time'
    const status = error instanceof CallRejected ? error.sipStatus : 503
    const text = `PBX ${pbx} is gone, and its call could not go on: ${why}`.replaceAll(/["\\]/g, "'")
    void call.hangUp(text, status, `SIP ;cause=${status} ;text="${text}"`)
  }
}

/** A call in the middle of a transfer belongs to whoever transfers it. */
function isFree({ bridge }: CallUnderWay): boolean {
  return bridge !== undefined && !bridge.isOver && !bridge.isInTransfer && !bridge.isReferred
}
