import type { Binding } from '../domain/binding.ts'
import type { FoundService, PstnService } from '../domain/service-record.ts'
import type { DialRight, PbxView, TrunkCandidate } from './site.ts'

/** What an overlay said, or that it said nothing in time: silence is no proof of absence. */
export type OverlayAnswer<Item> = readonly Item[] | 'no answer'

/** What the box knew about one question when it planned the route. */
export interface Knowledge {
  /** Phones of the called user, best first. */
  readonly bindings: readonly Binding[]
  /** Other boxes at which the called user has phones. */
  readonly homeBoxes: OverlayAnswer<string>
  /** Another box knows the called user, phones or not. */
  readonly isKnownElsewhere: boolean
  /** Of the caller; undefined when he has no account. */
  readonly rights: readonly DialRight[] | undefined
  /** The PBX in whose domain the destination is. */
  readonly pbx: PbxView | undefined
  /** Trunks that serve the called number, in config order. */
  readonly trunks: readonly TrunkCandidate[]
  /** Other boxes that offer the telephone network, the one to try first first. */
  readonly services: OverlayAnswer<FoundService<PstnService>>
  /** RFC 3966 context of short numbers: `+49`. */
  readonly phoneContext: string
}
