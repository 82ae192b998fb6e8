import type { CallRate } from './call-rate.ts'

/** What boxes of an overlay offer each other (services are records too: RELOAD's service discovery, RFC 7374). */
export type Service = PstnService | PlacedService

export type ServiceKind = Service['kind']

export const serviceKinds: readonly ServiceKind[] = ['pstn', 'media-relay', 'stun', 'turn', 'bootstrap']

/** A PSTN gateway: calls are sent through the box. */
export interface PstnService {
  readonly kind: 'pstn'
  /** E.164 prefixes with leading `+` that it serves; `+` alone is the world. */
  readonly prefixes: readonly string[]
  readonly channelsFree: number
  /** Price per minute in thousandths of the operator's currency unit, of the lines with the broadest prefix. */
  readonly costPerMinute: number
  /** What certain prefixes cost; the longest that fits counts, and `costPerMinute` for all others. */
  readonly rates?: readonly PrefixRate[]
  /** Calls for help may leave there, whatever its prefixes and free channels; undefined: it does not say. */
  readonly takesEmergencies?: boolean
}

/** The price of calls to numbers that begin so. */
export interface PrefixRate extends CallRate {
  readonly prefix: string
}

/** Who may use a service: anybody, boxes of the overlay, or calls that go through the offering box anyway. */
export type ServicePolicy = 'anybody' | 'members' | 'own-calls'

/** A service that is used at an address, or that a box does for the calls it carries. */
export interface PlacedService {
  readonly kind: 'media-relay' | 'stun' | 'turn' | 'bootstrap'
  /**
   * URIs of RFC 7064 and RFC 7065 for STUN and TURN, multiaddresses for bootstrap; none for a media relay, which is
   * used by sending the call through its box.
   */
  readonly addresses: readonly string[]
  /** How many more calls, sessions or boxes it can take. */
  readonly free: number
  readonly policy: ServicePolicy
}

/** A service as found in the overlay. */
export interface FoundService<Kind extends Service = Service> {
  /** `<peer-id>.peer.<overlay-domain>` */
  readonly peerName: string
  readonly service: Kind
  /** Round-trip time in milliseconds when measured. */
  readonly roundTripMs: number | undefined
}

/** A service with what a choice among several needs to know. */
export interface OfferedService<Kind extends Service = Service> extends FoundService<Kind> {
  /** Offered by this box itself. */
  readonly isLocal: boolean
  /** Its box is connected. */
  readonly isReachable: boolean
}

export function policyOf(service: Service): ServicePolicy {
  return service.kind === 'pstn' ? 'members' : service.policy
}

/** How many more it can take. */
export function freeOf(service: Service): number {
  return service.kind === 'pstn' ? service.channelsFree : service.free
}

/** In thousandths of the operator's currency unit. */
export function costPerMinuteOf(service: Service): number {
  return service.kind === 'pstn' ? service.costPerMinute : 0
}
