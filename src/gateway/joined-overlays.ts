import type { AorText } from '../domain/aor.ts'
import { parseAor } from '../domain/aor.ts'
import type { ServiceOrder } from '../domain/service-order.ts'
import type {
  FoundService,
  OfferedService,
  PstnService,
  Service,
  ServiceKind,
} from '../domain/service-record.ts'
import type { LinkEnd, Overlay } from '../overlay/overlay.ts'
import type { AorDirectory, HomeBox } from '../overlay/records/aor-directory.ts'
import type { ServiceDirectory } from '../overlay/services/service-directory.ts'
import type { Pace } from './announced-users.ts'
import { firstInOrder } from './ordered-search.ts'

/** One overlay that the box has joined, with what is written into it. */
export interface JoinedOverlay {
  readonly overlay: Overlay
  readonly users: AorDirectory
  readonly services: ServiceDirectory
}

/** All overlays of the box as one: searched in the order of the config. */
export class JoinedOverlays {
  readonly all: readonly JoinedOverlay[]
  readonly #order: ServiceOrder

  constructor(all: readonly JoinedOverlay[], order: ServiceOrder) {
    this.all = all
    this.#order = order
  }

  domains(): readonly string[] {
    return this.all.map(({ overlay }) => overlay.domain)
  }

  isOwnPeerName(host: string): boolean {
    return this.all.some(({ overlay }) => overlay.peerName === host)
  }

  /**
   * Home boxes of a user, from the first overlay that knows where he has a phone, else from the first that knows him. What
   * is remembered from before `newerThan` (milliseconds since the Unix epoch) does not do.
   */
  findAor(aor: AorText, signal: AbortSignal, newerThan?: number): Promise<readonly HomeBox[]> {
    const searches = this.#inChargeOf(aor).map(
      ({ users }) =>
        () =>
          users.find(aor, signal, newerThan),
    )
    return firstInOrder(searches, ({ contacts }) => contacts > 0)
  }

  /** Every offer of a kind in all overlays, this box's own among them, the one to use first first. */
  async services(kind: ServiceKind, signal: AbortSignal): Promise<readonly OfferedService[]> {
    const asked = await Promise.allSettled(this.all.map(({ services }) => services.find(kind, signal)))
    const found = asked.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
    const failed = asked.find((each) => each.status === 'rejected')
    if (failed && found.length === 0) throw failed.reason
    return found.sort(this.#order)
  }

  /** Lines of other boxes that can be reached, the one to try first first. */
  async findPstn(_number: string, signal: AbortSignal): Promise<readonly FoundService<PstnService>[]> {
    const offers = await this.services('pstn', signal)
    return offers.filter(isReachableLine)
  }

  /** Tells every overlay in charge of the user's domain how many phones he has here; it may be none. */
  publishUser(aor: AorText, contacts: number, pace: Pace): void {
    for (const { users } of this.#inChargeOf(aor))
      users.publish(aor, Number.POSITIVE_INFINITY, contacts, pace)
  }

  /** This box knows no such user any more. */
  withdrawUser(aor: AorText): void {
    for (const { users } of this.#inChargeOf(aor)) users.withdraw(aor)
  }

  offer(service: Service): void {
    for (const { services } of this.all) services.offer(service)
  }

  withdraw(kind: ServiceKind): void {
    for (const { services } of this.all) services.withdraw(kind)
  }

  linkTo(peerName: string): Promise<LinkEnd> {
    return this.#overlayOf(peerName).openLink(peerName)
  }

  ownNameFor(peerName: string): string {
    return this.#overlayOf(peerName).peerName
  }

  peerOfLink(port: number): string | undefined {
    for (const { overlay } of this.all) {
      const peerName = overlay.peerOfLink(port)
      if (peerName !== undefined) return peerName
    }
    return undefined
  }

  /** Hosts that end in one of these are peer names. */
  get peerSuffixes(): readonly string[] {
    return this.domains().map((domain) => `peer.${domain}`)
  }

  #overlayOf(peerName: string): Overlay {
    const joined = this.all.find(({ overlay }) => peerName.endsWith(`.peer.${overlay.domain}`))
    if (!joined) throw new Error(`${peerName} is in no overlay of this box`)
    return joined.overlay
  }

  /** Overlays whose name covers the user's domain; all of them when none does. */
  #inChargeOf(aor: AorText): readonly JoinedOverlay[] {
    const domain = parseAor(aor)?.domain ?? ''
    const covering = this.all.filter(
      ({ overlay }) => domain === overlay.domain || domain.endsWith(`.${overlay.domain}`),
    )
    return covering.length > 0 ? covering : this.all
  }
}

function isReachableLine(offer: OfferedService): offer is OfferedService<PstnService> {
  return offer.service.kind === 'pstn' && offer.isReachable && !offer.isLocal
}
