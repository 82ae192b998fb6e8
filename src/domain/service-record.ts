/** A PSTN gateway that a box offers to the overlay (DESIGN: services are records too). */
export interface PstnService {
  readonly kind: 'pstn'
  /** E.164 prefixes with leading `+` that it serves; `+` alone is the world. */
  readonly prefixes: readonly string[]
  readonly channelsFree: number
  /** Price per minute in thousandths of the operator's currency unit. */
  readonly costPerMinute: number
}

/** A service as found in the overlay. */
export interface FoundService<Service> {
  /** `<peer-id>.peer.<overlay-domain>` */
  readonly peerName: string
  readonly service: Service
  /** Round-trip time in milliseconds when measured. */
  readonly roundTripMs: number | undefined
}
