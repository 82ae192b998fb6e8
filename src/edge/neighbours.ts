// What the edge needs of the rest of the box. `gateway.ts` passes the real ones in, tests pass values.

import type { Aor } from '../domain/aor.ts'
import type { CallPath, CallRecord } from '../domain/call-record.ts'
import type { DecisionRecord, DecisionStep } from '../domain/decision-record.ts'
import type { LegPolicy } from '../domain/leg-policy.ts'
import type { CallQuestion, RoutePlan } from '../domain/route.ts'
import type { IncomingRequest, SipHeaders, SipResponseView, SipSource } from '../domain/sip.ts'

export interface Router {
  /** `isAfresh`: what was remembered from before the call does not do. */
  route(
    question: CallQuestion,
    isAfresh?: boolean,
  ): Promise<{ readonly plan: RoutePlan; readonly steps: readonly DecisionStep[] }>
}

/** Digest of a request against the accounts of this box. */
export interface CallerAuthentication {
  check(request: IncomingRequest, claimed: Aor): CallerVerdict
}

export type CallerVerdict =
  | {
      readonly kind: 'authenticated'
      readonly caller: Aor
      /** Whether the user may call under this name: its own or one of its aliases. */
      readonly owns: (name: Aor) => boolean
    }
  | {
      readonly kind: 'challenge'
      readonly status: number
      readonly headers: SipHeaders
      readonly why: 'missing' | 'stale' | 'wrong'
      /** Of a wrong one: whose name it gave. */
      readonly username?: string
    }
  /** Too many wrong passwords of this name have come from there. */
  | { readonly kind: 'blocked'; readonly username: string }

export interface CallGuard {
  admit(source: SipSource): 'ok' | 'banned' | 'too-fast'
  noteAuthFailure(source: SipSource, username?: string): void
  noteAuthSuccess(source: SipSource): void
}

/** Phones whose passwords nobody here knows, while the PBX that does is gone. */
export interface CallerGrace {
  answerTo(
    user: Aor,
    device: {
      readonly address: string
      readonly instance: string | undefined
      readonly userAgent: string | undefined
    },
  ):
    | { readonly kind: 'unknown' | 'early' | 'at-pbx' | 'over' }
    | { readonly kind: 'covered'; readonly user: Aor }
}

/** How a request to a PBX went, as a witness of its health. */
export type PbxOutcome = 'answered' | 'challenged' | 'unreachable' | 'timeout' | 'unavailable'

export interface PbxWitness {
  /** `retryAfterMs`: how long it has asked to be left alone. */
  saw(pbx: string, outcome: PbxOutcome, more?: { readonly retryAfterMs?: number | undefined }): void
  /** It has asked a phone for its password. */
  heard?(pbx: string, method: string, challenge: SipResponseView): void
}

export interface CallRecords {
  /** A call is attempted; it cannot be lost any more when this returns. */
  began(record: CallRecord): void
  /** It rings, or was answered. */
  changed(record: CallRecord): void
  /** A phone rings for it; told for every leg. `user`: an AoR. */
  rings?(id: string, leg: string, user: string): void
  /** It rings no longer, and was not answered. */
  ceased?(id: string, leg: string): void
  /** It was no call: the caller was only asked who it is. */
  forgotten(id: string): void
  /** Called exactly once a call that was not forgotten. */
  ended(record: CallRecord): void
}

export interface DecisionRecords {
  keep(record: DecisionRecord): void
}

/** The two ends of a call, as the media sees them. */
export type MediaSide = 'caller' | 'callee'

export interface MediaFacts {
  readonly callId: string
  readonly source: CallPath
  readonly target: CallPath
  /** SDP of the caller, empty when it made no offer. */
  readonly callerSdp: string
  readonly callerAddress: string
  readonly calleeIsBehindNat: boolean
  /** It takes nothing but RTP over DTLS with ICE. */
  readonly calleeIsBrowser: boolean
  /** Of a callee who has been talking already: what it speaks. */
  readonly calleeSdp?: string | undefined
  readonly callerPolicy?: LegPolicy | undefined
  readonly calleePolicy?: LegPolicy | undefined
  /** Writes into the call's decision record what became of the media, and why. */
  remark?(answer: string, why: string): void
}

/** The way of the media between the caller and one target. Sessions without relay hand SDP through as is. */
export interface MediaSession {
  /** The SDP to send on. Rejects with a `GatewayError` when the relay is needed and fails. */
  offer(from: MediaSide, sdp: string): Promise<string>
  answer(from: MediaSide, sdp: string): Promise<string>
  /** The last offer was not accepted: everything stays as it was agreed before. Never rejects. */
  refused?(): Promise<void>
  /** When this side was last heard, ms since the Unix epoch; undefined when its media passes by, or nobody can tell. */
  lastHeard?(from: MediaSide): Promise<number | undefined>
  end(): void
}

export interface CallMedia {
  session(facts: MediaFacts): MediaSession
}

/** Links to other boxes (overlay). */
export interface PeerLinks {
  /** Loopback end of a link to the peer, and our own name in its overlay. Rejects when there is no link in time. */
  linkTo(peerName: string): Promise<{ readonly address: string; readonly port: number }>
  ownNameFor(peerName: string): string
}
