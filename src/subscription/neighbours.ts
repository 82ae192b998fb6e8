// What subscriptions need of the rest of the box. `gateway/subscription-service.ts` passes the real ones in.

import type { Aor, AorText } from '../domain/aor.ts'
import type { IncomingRequest, SipHeaders } from '../domain/sip.ts'

/** Who sends a request, as the edge finds out; one of `refused` and `ignored` is its word on the matter. */
export type Visitor =
  | {
      readonly kind: 'phone'
      readonly user: Aor
      /** What the box has of it: a digest, the grace of a PBX's absence, or its word only, which its PBX will check. */
      readonly proof: 'digest' | 'grace' | 'none'
    }
  | { readonly kind: 'refused'; readonly status: number; readonly headers: SipHeaders }
  | { readonly kind: 'ignored' }
  /** A PBX, a trunk, another box, a stranger. */
  | { readonly kind: 'other' }

export interface Door {
  admit(request: IncomingRequest): Visitor
  /** Asks a phone for its digest that was not asked yet. */
  prove(request: IncomingRequest, claimed: Aor): Visitor
}

/** Whom the box knows. */
export interface Directory {
  /** The user of ours that a Request-URI means, by his own name; undefined when its domain is none of ours. */
  find(uri: string): Aor | undefined
  /** Whether the box would know of his calls: he has an account or a phone here. */
  isKnown(user: Aor): boolean
}

export interface PbxDesk {
  /** Where a request of this user goes while the PBX of the domain is in charge of him, a SIP URI; else undefined. */
  proxyOf(domain: string, user: Aor): string | undefined
  /** Whether the domain has a PBX at all. */
  hasPbx(domain: string): boolean
}

/** A call as one of its users sees it. */
export interface UserCall {
  readonly id: string
  readonly direction: 'initiator' | 'recipient'
  /** RFC 4235 §3.7.1 */
  readonly state: 'trying' | 'early' | 'confirmed'
}

export interface CallBoard {
  of(user: AorText): readonly UserCall[]
  onChange(listener: (user: AorText) => void): void
}
