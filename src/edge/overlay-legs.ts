import type { CallQuestion, RouteTarget } from '../domain/route.ts'
import { type DisplayNames, fromOf } from './caller-name.ts'
import { nameAddr } from './name-addr.ts'
import type { PeerLinks } from './neighbours.ts'
import { PeerUnreachable } from './peer-unreachable.ts'
import type { LegPreparer, PreparedLeg } from './prepared-leg.ts'

/** Legs to other boxes: over the loopback end of an encrypted link, with our peer name as Contact. */
export class OverlayLegs implements LegPreparer {
  readonly #links: PeerLinks
  readonly #names: DisplayNames

  constructor(links: PeerLinks, names: DisplayNames) {
    this.#links = links
    this.#names = names
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
      headers: {},
      release: () => undefined,
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
