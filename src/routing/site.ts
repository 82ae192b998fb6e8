// What routing asks of the rest of the box. The gateway wires these; nothing here waits except the overlay.

import type { Aor, AorText } from '../domain/aor.ts'
import type { Binding } from '../domain/binding.ts'
import type { CallClass } from '../domain/call-class.ts'
import type { CallRate } from '../domain/call-rate.ts'
import type { DialRight } from '../domain/dial-right.ts'
import type { Dialled, E164 } from '../domain/phone-number.ts'
import type { CallQuestion, EmergencyCall, GroupRinging } from '../domain/route.ts'
import type { FoundService, PstnService } from '../domain/service-record.ts'
import type { SipTransport } from '../domain/sip.ts'
import type { Refusal } from './refusal.ts'

export interface Domains {
  /** SIP domains whose users live at this box, the default first; not those of PBXs. Lower case. */
  own(): readonly string[]
  /** Whether a host and port are this box itself: its addresses and advertised names. IPv6 in brackets. */
  isOwnHost(host: string, port: number | undefined): boolean
}

export interface Accounts {
  /** The AoR that a name stands for here, itself or as an alias; undefined when nobody has it. */
  resolve(aor: Aor): Aor | undefined
  /** Undefined for users without an account. */
  mayDial(aor: Aor): readonly DialRight[] | undefined
}

/** Several users under one name. */
export interface CallGroup {
  readonly aor: Aor
  /** In the order in which they ring in turn. */
  readonly members: readonly Aor[]
  readonly ring: GroupRinging
  /** Undefined: as long as any phone rings. */
  readonly ringSeconds: number | undefined
}

export interface Groups {
  /** The group of that name or alias. */
  resolve(name: Aor): CallGroup | undefined
}

export interface Bindings {
  /** Unexpired bindings. */
  lookup(aor: AorText): readonly Binding[]
  /** Registered here while his PBX was gone: now that it lives it may not know yet where he is. */
  isAway?(aor: AorText): boolean
}

/** A box that a user belongs to. */
export interface UserHome {
  readonly peerName: string
  /** Phones registered there; 0 when the box knows him and he has none. */
  readonly contacts: number
}

export interface Overlays {
  /** DNS domains of the overlays this box is in; each stands for itself and all names below it. */
  domains(): readonly string[]
  /** Whether a host is the peer name of this box in one of its overlays. */
  isOwnPeerName(host: string): boolean
  /**
   * Boxes that a user belongs to, this box may be among them. What was remembered from before `newerThan` (milliseconds
   * since the Unix epoch) does not do.
   */
  findAor(aor: AorText, signal: AbortSignal, newerThan?: number): Promise<readonly UserHome[]>
  /** Offers of other boxes, the one to try first first; may include some that do not serve the number. */
  findPstn(number: E164, signal: AbortSignal): Promise<readonly FoundService<PstnService>[]>
}

/** Boxes that failed calls a moment ago. */
export interface RestingBoxes {
  has(peerName: string, at: number): boolean
}

/** One trunk as routing sees it. */
export interface TrunkCandidate {
  readonly name: string
  /** The longest of its prefixes that fits the number; `+` is the world. */
  readonly prefix: string
  /** To the number that was asked for. */
  readonly rate: CallRate
  /** False outside the hours for which it is meant. */
  readonly isOpen: boolean
  /** Channels free now. */
  readonly free: number
  /** False while the trunk rests after failures: it is tried last. */
  readonly healthy: boolean
  readonly offerToOverlay: boolean
}

export interface TrunkChoice {
  /** Trunks that serve the number, in config order, as they are at that time (milliseconds since the Unix epoch). */
  candidates(number: E164, at: number): readonly TrunkCandidate[]
  /** Every trunk, in config order: emergency calls ask for no prefix. */
  all(): readonly TrunkCandidate[]
  /** Whether a host is a trunk's, by any name of its provider: a URI there is a number to be dialled, not a foreign domain. */
  servesHost(host: string, port: number | undefined): boolean
}

export type PbxState = 'normal' | 'suspect' | 'survival' | 'returning'

export interface PbxView {
  readonly name: string
  readonly domain: string
  readonly state: PbxState
  /** Host or address, with port when not 5060. */
  readonly server: string
  readonly transport: SipTransport
  /** It is asked for this call to see whether it works again. */
  readonly isOnTrial?: true
}

export interface Pbxs {
  /** The PBX that serves this SIP domain, as it is for these users and groups: one of them may rehearse its absence. */
  stateOf(domain: string, parties?: readonly Aor[]): PbxView | undefined
  /** The PBX of that name. */
  named(name: string): PbxView | undefined
  /** The PBX that listens there: its address stands for its domain. */
  atHost(host: string, port: number | undefined): PbxView | undefined
}

export interface Numbers {
  /** `pbx`: the name of the PBX that has sent the digits. */
  readDialled(digits: string, pbx?: string): Dialled
  /** The number in a URI or user part as trunks and PBXs write it. */
  readFromTrunk(text: string): E164 | undefined
  /** What a call to `urn:service:sos.police` and its like dials (RFC 5031); undefined for what is no such URN. */
  emergencyNumberOfUrn(urn: string): EmergencyCall | undefined
  /** RFC 3966 context of numbers that only this country understands: `+49`. */
  readonly phoneContext: string
  classOf(number: E164): CallClass
  /** The user or group, here or elsewhere, whose direct dial-in number this is. */
  didOf(number: E164): Aor | undefined
}

/** The limits for calls that cost money. */
export interface Toll {
  /** Why this call may not be placed now; looks, and counts nothing. Not asked for emergency calls. */
  refusal(question: CallQuestion, number: E164, callClass: CallClass): Refusal | undefined
}

/** Voicemail of a PBX. */
export interface VoicemailEntry {
  /** What phones dial to hear their messages. */
  readonly numbers: readonly string[]
  /** A user, a group or a number that takes its calls while the PBX is gone. */
  readonly forwardTo?: string | undefined
}

/** What the box does in the place of PBXs. */
export interface StandIn {
  /** Nobody can prove now to be this user: his PBX is gone, and the box has not his password. */
  isOnGrace(user: Aor): boolean
  /** Whether the box can check this user's password. */
  hasPassword(user: Aor): boolean
  voicemailOf(domain: string): VoicemailEntry | undefined
}

export interface Site {
  readonly domains: Domains
  readonly accounts: Accounts
  readonly groups: Groups
  readonly bindings: Bindings
  readonly overlays: Overlays
  readonly restingBoxes: RestingBoxes
  readonly trunks: TrunkChoice
  readonly pbxs: Pbxs
  readonly numbers: Numbers
  readonly toll: Toll
  readonly standIn: StandIn
  /** How many times as dear as another box's line an own one may be and still come first. */
  readonly ownLinesUpTo: number
}
