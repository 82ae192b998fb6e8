import type { ServiceKind, ServicePolicy } from '../domain/service-record.ts'
import type { PingReport } from '../overlay/diagnosis/diagnostics.ts'
import type { TopologyBox } from '../overlay/diagnosis/topology.ts'
import type { OverlayHealth, OverlayStatus, PeerView } from '../overlay/overlay.ts'
import type { LookUpTrace } from '../overlay/records/look-up-trace.ts'
import type { PartState } from './box-view.ts'

/** One overlay as the pages show it. */
export interface OverlayView extends Omit<OverlayStatus, 'bootstrap'> {
  readonly domain: string
  readonly peerName: string
  readonly health: PartState
  readonly facts: OverlayHealth
  /** In words: how the first box was found. */
  readonly bootstrap: string
  readonly peers: readonly (PeerView & { readonly path: 'direct' | 'relayed' | undefined })[]
}

export interface ServiceView {
  readonly peerName: string
  readonly kind: ServiceKind
  readonly policy: ServicePolicy
  /** How many more it can take. */
  readonly free: number
  readonly costPerMinute: number
  readonly roundTripMs: number | undefined
  readonly isLocal: boolean
  readonly isReachable: boolean
  /** What it serves or where it is, in words. */
  readonly text: string
}

/** A look-up as a call makes it at this moment, from memory if that is fresh. */
export interface FoundView {
  readonly overlay: string
  /** Peer names of the boxes where the user has phones. */
  readonly homeBoxes: readonly string[]
  /** Of those that know the user, but no phone of his. */
  readonly phoneless: readonly string[]
  readonly tookMs: number
  /** Why nobody could say. */
  readonly trouble: string | undefined
}

/** A look-up as a call makes it, and then the truth about every copy. */
export interface TraceView extends FoundView, LookUpTrace {}

export interface TopologyView {
  readonly overlay: string
  readonly boxes: readonly TopologyBox[]
}

/** Questions that cost other boxes an answer; each has a bound of a few seconds. */
export interface OverlayQuestions {
  /** One for each overlay; none when it is no name of a user. */
  lookUp(aor: string): Promise<readonly FoundView[]>
  /** One for each overlay; none when it is no name of a user. */
  trace(aor: string): Promise<readonly TraceView[]>
  /** `whom`: a peer name, or a part of one that no other box has. Throws `PeerUnknown`. */
  ping(whom: string): Promise<PingReport>
  topology(): Promise<readonly TopologyView[]>
  /** Every offer of that kind, or of all kinds: the first to be used first. */
  services(kind: ServiceKind | undefined): Promise<readonly ServiceView[]>
}
