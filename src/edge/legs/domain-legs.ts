import type { CallQuestion, RouteTarget } from '../../domain/route.ts'
import { nameAddr } from '../name-addr.ts'
import { type DisplayNames, fromOf } from './caller-name.ts'
import type { LegPreparer, PreparedLeg } from './prepared-leg.ts'

/** Legs to users of public domains, found by RFC 3263. */
export class DomainLegs implements LegPreparer {
  readonly #names: DisplayNames

  constructor(names: DisplayNames) {
    this.#names = names
  }

  prepare(target: RouteTarget, question: CallQuestion, displayName: string | undefined): PreparedLeg {
    return {
      uri: target.uri,
      proxy: target.proxy,
      from: fromOf(question, displayName, this.#names),
      to: nameAddr(target.uri),
      headers: {},
      release: () => undefined,
    }
  }
}
