import type { AorText } from './aor.ts'
import type { SipSource } from './sip.ts'

/** One contact of one AoR until it expires (RFC 3261 §10.3). */
export interface Binding {
  readonly aor: AorText
  /** Contact URI as the phone gave it. */
  readonly contact: string
  /** Preference 0…1 (RFC 3261 §20.10). */
  readonly q: number
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number
  readonly callId: string
  readonly cseq: number
  /** Route to the contact, first hop first (RFC 3327). */
  readonly path: readonly string[]
  /** Where the REGISTER really came from: a phone behind NAT is called there, not at its contact. */
  readonly source: SipSource
  /** `+sip.instance` (RFC 5626 §4.1), quotes removed. */
  readonly instance: string | undefined
  /** `reg-id` (RFC 5626 §4.2): which of the phone's flows this is. */
  readonly regId?: number | undefined
  readonly userAgent: string | undefined
  /** Who vouched for it: this box by digest, the PBX in front of which the box stands, or what that PBX told of itself. */
  readonly origin: 'box' | 'pbx' | 'mirror'
  readonly registeredAt: number
}

/**
 * What a new registration of the same AoR replaces: the flow of a phone that names its flows (RFC 5626 §6), else the
 * contact as written.
 */
export function bindingKey({
  contact,
  instance,
  regId,
}: Pick<Binding, 'contact' | 'instance' | 'regId'>): string {
  return instance !== undefined && regId !== undefined ? `${instance};reg-id=${regId}` : contact
}
