import type { AorText } from '../domain/aor.ts'
import { parseAor } from '../domain/aor.ts'
import type { Binding } from '../domain/binding.ts'
import type { FoundService, PstnService } from '../domain/service-record.ts'
import type { AorDirectory } from '../overlay/aor-directory.ts'
import type { LinkEnd, Overlay } from '../overlay/overlay.ts'
import type { ServiceDirectory } from '../overlay/service-directory.ts'

/** One overlay that the box has joined, with what is written into it. */
export interface JoinedOverlay {
  readonly overlay: Overlay
  readonly users: AorDirectory
  readonly services: ServiceDirectory
}

/** The location service ends a publication when the last phone goes; until then the user stays at home here. */
const publishForSeconds = 7 * 86_400

/** All overlays of the box as one: searched in the order of the config. */
export class JoinedOverlays {
  readonly all: readonly JoinedOverlay[]

  constructor(all: readonly JoinedOverlay[]) {
    this.all = all
  }

  domains(): readonly string[] {
    return this.all.map(({ overlay }) => overlay.domain)
  }

  isOwnPeerName(host: string): boolean {
    return this.all.some(({ overlay }) => overlay.peerName === host)
  }

  /** Home boxes of a user, from the first overlay that knows him. */
  async findAor(aor: AorText, signal: AbortSignal): Promise<readonly { readonly peerName: string }[]> {
    for (const { users } of this.#searchedFor(aor)) {
      const homes = await users.find(aor, signal)
      if (homes.length > 0) return homes
    }
    return []
  }

  async findPstn(_number: string, signal: AbortSignal): Promise<readonly FoundService<PstnService>[]> {
    const found = await Promise.all(this.all.map(({ services }) => services.find('pstn', signal)))
    return found.flat()
  }

  /** Tells every overlay in charge of the user's domain where he is now. */
  publish(aor: AorText, bindings: readonly Binding[]): void {
    for (const { users } of this.#searchedFor(aor)) {
      if (bindings.length > 0) users.publish(aor, publishForSeconds, bindings.length)
      else users.withdraw(aor)
    }
  }

  offer(service: PstnService | undefined): void {
    for (const { services } of this.all) {
      if (service) services.offer(service)
      else services.withdraw('pstn')
    }
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
  #searchedFor(aor: AorText): readonly JoinedOverlay[] {
    const domain = parseAor(aor)?.domain ?? ''
    const covering = this.all.filter(
      ({ overlay }) => domain === overlay.domain || domain.endsWith(`.${overlay.domain}`),
    )
    return covering.length > 0 ? covering : this.all
  }
}
