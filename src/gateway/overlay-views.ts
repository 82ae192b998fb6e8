import type { FoundView, OverlayQuestions, OverlayView, ServiceView } from '../admin/overlay-view.ts'
import { type AorText, parseAor, printAor } from '../domain/aor.ts'
import {
  costPerMinuteOf,
  freeOf,
  type OfferedService,
  type PstnService,
  policyOf,
  type ServiceKind,
  serviceKinds,
} from '../domain/service-record.ts'
import { PeerUnknown } from '../overlay/overlay-errors.ts'
import type { JoinedOverlay, JoinedOverlays } from './joined-overlays.ts'
import { overlayState } from './overlay-state.ts'

const lookUpWithinMs = 3_000

const foundByWords = {
  ticket: 'by the addresses in the ticket',
  remembered: 'remembered from earlier',
  config: 'by the addresses in the config',
  mdns: 'on the local network (mDNS)',
  dns: "by the DNS of the overlay's domain",
  peer: 'told by another box',
  inbound: 'it found this box',
} as const

/** All overlays of the box as the pages show them. */
export function overlayViews({ all }: Pick<JoinedOverlays, 'all'>): readonly OverlayView[] {
  return all.map(({ overlay }) => {
    const { bootstrap, ...status } = overlay.status()
    return {
      ...status,
      domain: overlay.domain,
      peerName: overlay.peerName,
      health: overlayState(overlay),
      facts: overlay.health(),
      bootstrap: bootstrap ? foundByWords[bootstrap] : 'no other box was found yet',
      peers: overlay.peers().map((peer) => ({ ...peer, path: overlay.diagnostics.pathTo(peer.peerName) })),
    }
  })
}

/** What a person may ask the other boxes through this one. */
export class OverlayInquiry implements OverlayQuestions {
  readonly #overlays: Pick<JoinedOverlays, 'all' | 'services'>

  constructor(overlays: Pick<JoinedOverlays, 'all' | 'services'>) {
    this.#overlays = overlays
  }

  async lookUp(aor: string) {
    const name = parseAor(aor)
    return name ? Promise.all(this.#overlays.all.map((joined) => lookUp(joined, printAor(name)))) : []
  }

  async trace(aor: string) {
    const name = parseAor(aor)
    if (!name) return []
    return Promise.all(
      this.#overlays.all.map(async (joined) => ({
        ...(await lookUp(joined, printAor(name))),
        ...(await joined.overlay.diagnostics.trace('sip-aor', printAor(name))),
      })),
    )
  }

  async ping(whom: string) {
    const wanted = whom.toLowerCase()
    const having = this.#overlays.all.filter(({ overlay }) =>
      overlay.peers().some(({ peerName }) => peerName.includes(wanted)),
    )
    const [only] = having
    if (!only) throw new PeerUnknown(whom)
    return only.overlay.diagnostics.ping(whom)
  }

  topology() {
    return Promise.all(
      this.#overlays.all.map(async ({ overlay }) => ({
        overlay: overlay.domain,
        boxes: await overlay.diagnostics.topology(),
      })),
    )
  }

  async services(kind: ServiceKind | undefined) {
    const kinds = kind === undefined ? serviceKinds : [kind]
    const signal = AbortSignal.timeout(lookUpWithinMs)
    // A look-up that fails costs its own kind only; what is wrong is said by the overlay's health.
    const found = await Promise.allSettled(kinds.map((each) => this.#overlays.services(each, signal)))
    return found.flatMap((each) => (each.status === 'fulfilled' ? each.value.map(viewOf) : []))
  }
}

async function lookUp({ overlay, users }: JoinedOverlay, aor: AorText): Promise<FoundView> {
  const began = performance.now()
  const found = await users.find(aor, AbortSignal.timeout(lookUpWithinMs)).then(
    (homes) => ({ homes, trouble: undefined }),
    (error: Error) => ({ homes: [], trouble: error.message }),
  )
  const names = (hasPhones: boolean) =>
    found.homes.filter(({ contacts }) => contacts > 0 === hasPhones).map(({ peerName }) => peerName)
  return {
    overlay: overlay.domain,
    homeBoxes: names(true),
    phoneless: names(false),
    tookMs: performance.now() - began,
    trouble: found.trouble,
  }
}

function viewOf({ peerName, service, roundTripMs, isLocal, isReachable }: OfferedService): ServiceView {
  return {
    ...{ peerName, roundTripMs, isLocal, isReachable },
    kind: service.kind,
    policy: policyOf(service),
    free: freeOf(service),
    costPerMinute: costPerMinuteOf(service),
    text: service.kind === 'pstn' ? linesText(service) : service.addresses.join(' '),
  }
}

/** `+49 +41, 3 prices by prefix, calls for help` */
function linesText({ prefixes, rates = [], takesEmergencies = false }: PstnService): string {
  return [
    ...(prefixes.length > 0 ? [prefixes.join(' ')] : []),
    ...(rates.length > 0 ? [`${rates.length} prices by prefix`] : []),
    ...(takesEmergencies ? ['calls for help'] : []),
  ].join(', ')
}
