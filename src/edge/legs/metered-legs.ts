import type { CallRate } from '../../domain/call-rate.ts'
import type { DecisionStep } from '../../domain/decision-record.ts'
import type { E164 } from '../../domain/phone-number.ts'
import type { CallQuestion, RouteTarget } from '../../domain/route.ts'
import { parseDialledUri } from '../../domain/sip-uri.ts'
import { leadsOutside, type TrunkHosts } from './leads-outside.ts'
import { OutsideCallRefused } from './outside-call-refused.ts'
import type { LegPreparer, PreparedLeg } from './prepared-leg.ts'
import { WayLeadsOutside } from './way-leads-outside.ts'

/** A place among the calls outside that a payer may have. */
export interface OutsidePlace {
  /** Fires when the call has to end; its reason is a sentence. */
  readonly ends: AbortSignal
  answered(): void
  release(): void
}

/** Decides on each call outside before its INVITE leaves. */
export interface TollGate {
  /** The lines that are tried for one question, the same object each time, are one attempt. */
  claim(
    question: CallQuestion,
    number: E164,
    rate: CallRate | undefined,
  ):
    | { readonly kind: 'allowed'; readonly claim: OutsidePlace; readonly why: string }
    | {
        readonly kind: 'refused'
        readonly status: number
        readonly reason: string
        readonly why: string
      }
}

/** The one way to legs that leave for the telephone network: nothing goes there that its payer may not spend. */
export class MeteredLegs implements LegPreparer {
  readonly #legs: LegPreparer
  readonly #toll: TollGate
  readonly #trunks: TrunkHosts

  constructor(legs: LegPreparer, toll: TollGate, trunks: TrunkHosts) {
    this.#legs = legs
    this.#toll = toll
    this.#trunks = trunks
  }

  /** Throws `OutsideCallRefused`, `WayLeadsOutside`, and what the leg's own preparer throws. */
  prepare(
    target: RouteTarget,
    question: CallQuestion,
    displayName: string | undefined,
  ): PreparedLeg | Promise<PreparedLeg> {
    const number = meteredNumber(target)
    if (number !== undefined) return this.#prepareMetered(number, target, question, displayName)
    const isStatedByOthers = target.path === 'phone' || target.path === 'domain'
    if (isStatedByOthers) return this.#prepareInside(target, question, displayName)
    return this.#legs.prepare(target, question, displayName)
  }

  /** Contact, Path and domain are what somebody has said, and may lead to a provider who trusts our address. */
  async #prepareInside(
    target: RouteTarget,
    question: CallQuestion,
    displayName: string | undefined,
  ): Promise<PreparedLeg> {
    const leg = await this.#legs.prepare(target, question, displayName)
    const way = leg.proxy ?? leg.uri
    if (!leadsOutside(way, this.#trunks)) return leg
    leg.release()
    throw new WayLeadsOutside(target.label, way)
  }

  async #prepareMetered(
    number: E164,
    target: RouteTarget,
    question: CallQuestion,
    displayName: string | undefined,
  ): Promise<PreparedLeg> {
    const verdict = this.#toll.claim(question, number, target.rate)
    const step: DecisionStep = {
      atMs: 0,
      step: 'toll',
      asked: `${number} by ${target.path} ${target.label}`,
      answer: verdict.kind,
      tookMs: 0,
      why: verdict.why,
    }
    if (verdict.kind === 'refused') throw new OutsideCallRefused(verdict, step)
    const { claim } = verdict
    try {
      const leg = await this.#legs.prepare(target, question, displayName)
      return {
        ...leg,
        ends: leg.ends ? AbortSignal.any([leg.ends, claim.ends]) : claim.ends,
        steps: [...(leg.steps ?? []), step],
        answered: () => {
          leg.answered?.()
          claim.answered()
        },
        release: () => {
          claim.release()
          leg.release()
        },
      }
    } catch (error) {
      claim.release()
      throw error
    }
  }
}

/** The number outside that a target calls for money; undefined for targets inside and for calls for help. */
function meteredNumber({ path, uri, outsideNumber, emergency }: RouteTarget): E164 | undefined {
  if (emergency) return undefined
  const number = outsideNumber ?? (path === 'trunk' ? numberIn(uri) : undefined)
  // Routing gives a bare short number to emergency calls alone.
  return number?.startsWith('+') ? number : undefined
}

function numberIn(uri: string): string | undefined {
  const called = parseDialledUri(uri)
  return called?.scheme === 'tel' ? called.number : undefined
}
