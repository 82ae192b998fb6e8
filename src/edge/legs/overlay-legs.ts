import type { Aor } from '../../domain/aor.ts'
import type { E164 } from '../../domain/phone-number.ts'
import type { CallQuestion, RouteTarget } from '../../domain/route.ts'
import type { SipHeaders } from '../../domain/sip.ts'
import { nameAddr } from '../name-addr.ts'
import type { PeerLinks } from '../neighbours.ts'
import { type DisplayNames, fromOf } from './caller-name.ts'
import { PeerUnreachable } from './peer-unreachable.ts'
import type { LegPreparer, PreparedLeg } from './prepared-leg.ts'

/** What the box vouches for towards other boxes. */
export interface VouchedNumbers {
  /** The number that calls of this user show; undefined when he has none. */
  callerIdOf(user: Aor): E164 | undefined
  withholdsNumber(user: Aor): boolean
}

/** Legs to other boxes: over the loopback end of an encrypted link, with our peer name as Contact. */
export class OverlayLegs implements LegPreparer {
  readonly #links: PeerLinks
  readonly #names: DisplayNames
  readonly #numbers: VouchedNumbers

  constructor(links: PeerLinks, names: DisplayNames, numbers: VouchedNumbers) {
    this.#links = links
    this.#names = names
    this.#numbers = numbers
  }

  async prepare(
    target: RouteTarget,
    question: CallQuestion,
    displayName: string | undefined,
  ): Promise<PreparedLeg> {
    const { address, port } = await this.#linkTo(target.label)
    return {
      uri: target.uri,
      proxy: `sip:${address}:${port};transport=tcp`,
      from: fromOf(question, displayName, this.#names),
      to: nameAddr(target.uri),
      contact: nameAddr(`sip:${this.#links.ownNameFor(target.label)};transport=tcp`),
      headers: target.outsideNumber === undefined ? {} : this.#identity(question),
      release: () => undefined,
    }
  }

  /** RFC 3325: who calls through the other box's trunk; that box decides what of it is shown. */
  #identity({ caller, callerIsAuthenticated, withholdsNumber }: CallQuestion): SipHeaders {
    if (!caller || !callerIsAuthenticated) return {}
    const number = this.#numbers.callerIdOf(caller)
    const isHidden = withholdsNumber ?? this.#numbers.withholdsNumber(caller)
    return {
      ...(number !== undefined && { 'P-Asserted-Identity': `<sip:${number}@${caller.domain};user=phone>` }),
      ...(isHidden && { Privacy: 'id' }),
    }
  }

  async #linkTo(peerName: string): Promise<{ readonly address: string; readonly port: number }> {
    try {
      return await this.#links.linkTo(peerName)
    } catch (error) {
      throw new PeerUnreachable(peerName, { cause: error })
    }
  }
}
