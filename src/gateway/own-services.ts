import type { ServicesSection } from '../config/sections/services.ts'
import type { PlacedService } from '../domain/service-record.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Part } from '../lib/part.ts'
import type { OverlayStatus } from '../overlay/overlay.ts'
import type { JoinedOverlay } from './joined-overlays.ts'

export interface OwnServicesParts {
  readonly overlays: readonly OfferingOverlay[]
  readonly section: ServicesSection
  /** Undefined when media flows directly between the phones. */
  readonly relay: { readonly isReachable: boolean } | undefined
  /** How many more calls the box takes now. */
  readonly callsFree: () => number
  readonly clock: Clock
}

export interface OfferingOverlay {
  readonly overlay: { status(): Pick<OverlayStatus, 'entrance'> }
  readonly services: Pick<JoinedOverlay['services'], 'offer' | 'withdraw'>
}

const everyMilliseconds = 30_000
/** A STUN server keeps nothing for those it answers. */
const noEnd = 1_000_000
/** The room left moves with every call; it is told in steps. */
const step = 10

/** Tells the overlays what this box offers besides lines: looks every half minute, and speaks when that has changed. */
export class OwnServices implements Part {
  readonly name = 'own services'
  readonly #parts: OwnServicesParts
  readonly #told = new Map<OfferingOverlay, Map<PlacedService['kind'], string>>()
  #timer: Timer | undefined

  constructor(parts: OwnServicesParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    this.#look()
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
  }

  #look(): void {
    for (const joined of this.#parts.overlays) this.#tell(joined)
    this.#timer = this.#parts.clock.after(everyMilliseconds, () => this.#look())
  }

  #tell(joined: OfferingOverlay): void {
    const told = this.#told.get(joined) ?? new Map<PlacedService['kind'], string>()
    this.#told.set(joined, told)
    const offered = this.#servicesIn(joined)
    for (const kind of [...told.keys()])
      if (!offered.some((service) => service.kind === kind)) {
        told.delete(kind)
        joined.services.withdraw(kind)
      }
    for (const service of offered) {
      const text = JSON.stringify(service)
      if (told.get(service.kind) === text) continue
      told.set(service.kind, text)
      joined.services.offer(service)
    }
  }

  #servicesIn({ overlay }: OfferingOverlay): readonly PlacedService[] {
    const { section, relay, callsFree } = this.#parts
    const { stun, turn, turnSessions } = section
    const { entrance } = overlay.status()
    return [
      ...(relay?.isReachable
        ? [
            {
              kind: 'media-relay' as const,
              addresses: [],
              free: inSteps(callsFree()),
              policy: 'own-calls' as const,
            },
          ]
        : []),
      ...(stun.length > 0
        ? [{ kind: 'stun' as const, addresses: stun, free: noEnd, policy: 'anybody' as const }]
        : []),
      ...(turn.length > 0
        ? [{ kind: 'turn' as const, addresses: turn, free: turnSessions, policy: 'members' as const }]
        : []),
      ...(entrance.addresses.length > 0
        ? [
            {
              kind: 'bootstrap' as const,
              ...entrance,
              free: inSteps(entrance.free),
              policy: 'members' as const,
            },
          ]
        : []),
    ]
  }
}

function inSteps(free: number): number {
  return Math.max(0, Math.floor(free / step) * step)
}
