import type { E164 } from '../../domain/phone-number.ts'
import type { CallQuestion, EmergencyCall, RouteTarget } from '../../domain/route.ts'
import type { BodyPart } from './multipart-body.ts'
import type { LegPreparer, PreparedLeg } from './prepared-leg.ts'

export interface EmergencyLegsParts {
  readonly legs: LegPreparer
  /** Channels of a trunk that are free now. */
  freeOn(trunk: string): number
  /** Hangs up a call on a trunk; false when none may be. */
  makeRoom(trunk: string): Promise<boolean>
  /** The emergency number as the country of the trunk has it. */
  numberOn(trunk: string, number: string): string
  callbackNumberOf(question: CallQuestion, trunk: string): E164 | undefined
  /** Rescuers may call this number back now. */
  expectCallback(number: E164, question: CallQuestion): void
  /** Where the caller is, for those that take it. */
  locationFor(target: RouteTarget, question: CallQuestion): BodyPart | undefined
}

/** Legs of calls for help: with room on the trunk, a number to call back, and the caller's location. */
export class EmergencyLegs implements LegPreparer {
  readonly #parts: EmergencyLegsParts
  /** Channels that were freed and are not yet claimed, by trunk: two calls for help do not share one. */
  readonly #promised = new Map<string, number>()

  constructor(parts: EmergencyLegsParts) {
    this.#parts = parts
  }

  prepare(
    target: RouteTarget,
    question: CallQuestion,
    displayName: string | undefined,
  ): PreparedLeg | Promise<PreparedLeg> {
    if (!target.emergency) return this.#parts.legs.prepare(target, question, displayName)
    return this.#prepare(target, target.emergency, question, displayName)
  }

  async #prepare(
    target: RouteTarget,
    emergency: EmergencyCall,
    question: CallQuestion,
    displayName: string | undefined,
  ): Promise<PreparedLeg> {
    const part = this.#parts.locationFor(target, question)
    const prepare = (each: RouteTarget) => this.#parts.legs.prepare(each, question, displayName)
    const leg =
      target.path === 'trunk'
        ? await this.#withRoom(target.label, emergency, () =>
            prepare({
              ...target,
              uri: this.#uriOn(target, emergency),
              emergency: { ...emergency, ...this.#callback(question, target.label) },
            }),
          )
        : await prepare(target)
    return {
      ...leg,
      // RFC 3261 §20.26; RFC 6442 §4.1.
      headers: { ...leg.headers, Priority: 'emergency', ...(part && geolocation(part)) },
      ...(part && { attached: [part] }),
    }
  }

  /** What is dialled in place of it, as in a test, stays. */
  #uriOn({ uri, label }: RouteTarget, { number }: EmergencyCall): string {
    return uri.replace(/^tel:([^;]+)/, (whole, dialled: string) =>
      dialled === number ? `tel:${this.#parts.numberOn(label, number)}` : whole,
    )
  }

  #callback(question: CallQuestion, trunk: string): Pick<EmergencyCall, 'callbackNumber'> {
    const number = this.#parts.callbackNumberOf(question, trunk)
    if (number === undefined) return {}
    this.#parts.expectCallback(number, question)
    return { callbackNumber: number }
  }

  async #withRoom(
    trunk: string,
    { isTest }: EmergencyCall,
    prepare: () => PreparedLeg | Promise<PreparedLeg>,
  ): Promise<PreparedLeg> {
    const promised = this.#promised.get(trunk) ?? 0
    this.#promised.set(trunk, promised + 1)
    try {
      // A test makes nobody hang up: it takes the one channel too many that every call for help is granted.
      if (!isTest && this.#parts.freeOn(trunk) <= promised) await this.#parts.makeRoom(trunk)
      return await prepare()
    } finally {
      this.#keepOneLess(trunk)
    }
  }

  #keepOneLess(trunk: string): void {
    const left = (this.#promised.get(trunk) ?? 1) - 1
    if (left > 0) this.#promised.set(trunk, left)
    else this.#promised.delete(trunk)
  }
}

function geolocation({ id }: BodyPart): Record<string, string> {
  return { Geolocation: `<cid:${id}>`, 'Geolocation-Routing': 'yes' }
}
