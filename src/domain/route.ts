import type { Aor } from './aor.ts'
import type { CallRate } from './call-rate.ts'
import type { CallPath } from './call-record.ts'
import type { E164 } from './phone-number.ts'

/** What routing is asked: who wants to reach whom, and how sure the box is of the caller. */
export interface CallQuestion {
  readonly callId: string
  /** Who sent the request; `phone` covers only phones that were authenticated or that a PBX will authenticate. */
  readonly source: CallPath
  /** AoR of the phone, trunk name, PBX name, peer name, or the address of a public caller. */
  readonly sourceLabel: string
  /** The caller as a user of this box; undefined for everybody else. */
  readonly caller: Aor | undefined
  /** False for a phone whose credentials this box has not checked (its PBX will). */
  readonly callerIsAuthenticated: boolean
  /** Let in without a password while his PBX is gone: he reaches phones of this site and those who help, nobody else. */
  readonly grace?: true
  /** From URI as received, for caller ID and records; of a caller from a trunk, as the trunk asserts him. */
  readonly from: string
  /** Who he is as a trunk, a PBX or another box vouches for (P-Asserted-Identity, RFC 3325), as received. */
  readonly assertedFrom?: string
  /** He wants to be unknown, or for once known (RFC 3323); undefined: he does not say. */
  readonly withholdsNumber?: boolean
  readonly requestUri: string
  /** Address that the request came from. */
  readonly sourceAddress?: string
  /** Where the caller is, as it came with the call: a PIDF-LO document (RFC 4119). */
  readonly locationDocument?: string
  /** The user whose phone sent the call on to this place: its caller, and not who called first. */
  readonly divertedBy?: Aor
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

/** One place that a call may be sent to, in the order of the route. */
export interface RouteTarget {
  readonly path: CallPath
  /** Request-URI of the outgoing INVITE. */
  readonly uri: string
  /** Outbound proxy: where the request really goes, when not to the URI's host. */
  readonly proxy: string | undefined
  /** Trunk name, PBX name, peer name, or AoR: for records and limits. */
  readonly label: string
  /** Targets with the same group ring together; groups are tried in order. */
  readonly group: number
  /** The box must have checked the caller's digest itself before this target is tried; else it answers 407. */
  readonly callerMustBeAuthenticated: boolean
  /** The number outside that is called by it, `+…` or a short one; undefined for targets inside. */
  readonly outsideNumber?: string
  /** What a call to it costs; undefined: nothing. */
  readonly rate?: CallRate
  /** On every target of a call for help. */
  readonly emergency?: EmergencyCall
  /** It is rung no longer than this, however long others may ring. */
  readonly ringSeconds?: number
  /** A person of a group that rings so: a "no" is only this person's. */
  readonly memberOf?: GroupRinging
  /** Of a PBX: somebody who is called may be known to this box alone, so that its "not here" is not the last word. */
  readonly mayNotKnow?: true
  readonly why: string
}

/** How a group is rung: everybody together, or one after the other. */
export type GroupRinging = 'all' | 'in-turn'

/** A call for help: nothing holds it back. */
export interface EmergencyCall {
  readonly number: string
  readonly isTest: boolean
  /** Where the rescuers can call back; shown to them whatever the caller hides elsewhere. */
  readonly callbackNumber?: E164
}

/** A route: targets in order, or a refusal, each with its reason. */
export type RoutePlan =
  | {
      readonly kind: 'targets'
      readonly targets: readonly RouteTarget[]
      readonly emergency?: EmergencyCall
      readonly why: string
    }
  | {
      readonly kind: 'refuse'
      readonly status: number
      readonly reason: string
      /** A call for help for which there is no line. */
      readonly emergency?: EmergencyCall
      readonly why: string
      /** The same for the caller, in words (RFC 3261 §20.43). */
      readonly warning?: string
    }
