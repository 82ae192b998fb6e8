import type { Aor } from '../domain/aor.ts'
import type { Binding } from '../domain/binding.ts'
import type { CallClass } from '../domain/call-class.ts'
import type { DialRight } from '../domain/dial-right.ts'
import type { FoundService, PstnService } from '../domain/service-record.ts'
import type { Refusal } from './refusal.ts'
import type { PbxView, TrunkCandidate, VoicemailEntry } from './site.ts'
import type { ForwardDestination } from './voicemail.ts'

/** What an overlay said, or that it said nothing in time: silence is no proof of absence. */
export type OverlayAnswer<Item> = readonly Item[] | 'no answer'

/** Where somebody can be rung. */
export interface Whereabouts {
  /** Phones registered here. */
  readonly bindings: readonly Binding[]
  /** Other boxes where he has phones. */
  readonly homeBoxes: OverlayAnswer<string>
}

/** Somebody of a group. */
export interface Member extends Whereabouts {
  readonly aor: Aor
}

/** What the limits for calls that cost money say of a number. */
export interface TollVerdict {
  readonly callClass: CallClass
  readonly refusal: Refusal | undefined
}

/** The voicemail of a PBX that is gone. */
export interface AbsentVoicemail {
  readonly numbers: VoicemailEntry['numbers']
  /** Where its calls go instead, and what is known of that place. */
  readonly forward: { readonly destination: ForwardDestination; readonly knowledge: Knowledge } | undefined
}

/** What the box knew about one question when it planned the route. */
export interface Knowledge extends Whereabouts {
  /** The called user's phones may not have gone home to his PBX yet; undefined when only the bindings tell. */
  readonly isAway?: boolean | undefined
  /** Another box knows the called user, phones or not. */
  readonly isKnownElsewhere: boolean
  /** Of the called group, in the order of the config. */
  readonly members: readonly Member[]
  /** Of the caller; undefined when he has no account. */
  readonly rights: readonly DialRight[] | undefined
  /** The caller was let in without a password while his PBX is gone: he reaches phones of this site. */
  readonly isOnGrace: boolean
  /** The box can ask the caller for his password. */
  readonly callerHasPassword: boolean
  /** The PBX in whose domain the destination is. */
  readonly pbx: PbxView | undefined
  /** Of that PBX, when it is gone and has one. */
  readonly voicemail: AbsentVoicemail | undefined
  /** Undefined when no number outside is called. */
  readonly toll: TollVerdict | undefined
  /** Trunks that serve the called number, in config order. */
  readonly trunks: readonly TrunkCandidate[]
  /** Names of those that do not. */
  readonly unfitTrunks: readonly string[]
  /** Other boxes that offer the telephone network, the one to try first first. */
  readonly services: OverlayAnswer<FoundService<PstnService>>
  /** Peer names among them that failed calls a moment ago. */
  readonly restingBoxes: ReadonlySet<string>
  /** How many times as dear as another box's line an own one may be and still come first. */
  readonly ownLinesUpTo: number
  /** RFC 3966 context of short numbers: `+49`. */
  readonly phoneContext: string
}
