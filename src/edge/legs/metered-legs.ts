import type { Aor } from '../../domain/aor.ts'
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

/** Users of PBXs whose passwords the box does not know. */
export interface Guests {
  /** Nobody can prove to be him just now, because his PBX is gone. */
  isOnGrace(user: Aor): boolean
  /** No phone of his is here that his PBX has accepted: one on grace has not gone home yet, perhaps. */
  isDoubtful(user: Aor): boolean
}

/** The one way to legs that leave for the telephone network: nothing goes there that its payer may not spend. */
export class MeteredLegs implements LegPreparer {
  readonly #legs: LegPreparer
  readonly #toll: TollGate
  readonly #trunks: TrunkHosts
  readonly #guests: Guests | undefined

  constructor(legs: LegPreparer, toll: TollGate, trunks: TrunkHosts, guests?: Guests) {
    this.#legs = legs
    this.#toll = toll
    this.#trunks = trunks
    this.#guests = guests
  }

  /** Throws `OutsideCallRefused`, `WayLeadsOutside`, and what the leg's own preparer throws. */
  prepare(
    target: RouteTarget,
    question: CallQuestion,
    displayName: string | undefined,
  ): PreparedLeg | Promise<PreparedLeg> {
    const number = meteredNumber(target)
    const isOutside = number !== undefined || target.path === 'trunk'
    if (!target.emergency && target.path !== 'phone' && this.#isGuest(question, isOutside))
      throw notForGuests(target)
    if (number !== undefined) return this.#prepareMetered(number, target, question, displayName)
    const isStatedByOthers = target.path === 'phone' || target.path === 'domain'
    if (isStatedByOthers) return this.#prepareInside(target, question, displayName)
    return this.#legs.prepare(target, question, displayName)
  }

  /** In the name of such a user too, whoever asks: his phone may send a call on, or transfer it. */
  #isGuest({ source, grace, caller }: CallQuestion, isOutside: boolean): boolean {
    if (source !== 'phone') return false
    if (grace === true) return true
    const guests = this.#guests
    if (!caller || !guests) return false
    return guests.isOnGrace(caller) || (isOutside && guests.isDoubtful(caller))
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

function notForGuests({ path, label, uri }: RouteTarget): OutsideCallRefused {
  const why = 'who was let in without a password, while his PBX was gone, reaches phones of this site alone'
  const asked = `${path} ${label} (${uri})`
  const step: DecisionStep = { atMs: 0, step: 'rights', asked, answer: '403 Forbidden', tookMs: 0, why }
  return new OutsideCallRefused({ status: 403, reason: 'Forbidden', why }, step)
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
