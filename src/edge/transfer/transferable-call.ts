import type { Aor } from '../../domain/aor.ts'
import type { CallPath } from '../../domain/call-record.ts'
import type { CallQuestion, EmergencyCall } from '../../domain/route.ts'
import type { SipDialog } from '../../domain/sip.ts'
import type { Bridge, Parting } from '../bridge.ts'
import type { CallLog } from '../call-log.ts'
import type { MediaSide } from '../neighbours.ts'

/** Who is at one end of a call. */
export interface Party {
  readonly path: CallPath
  readonly uri: string
  /** Trunk, PBX or peer name, or AoR. */
  readonly label: string
  /** The number outside that was called to reach it. */
  readonly outsideNumber?: string | undefined
  /** Those who help. */
  readonly emergency?: EmergencyCall | undefined
  /** A user of this box who has proven it: it may have calls placed in its name. */
  readonly user: Aor | undefined
}

/** A leg that has left its call. */
export interface HeldLeg {
  readonly dialog: SipDialog
  /** Fires when the box has to end the call of this leg; its reason is the cause, in words. */
  readonly ends?: AbortSignal | undefined
  release(): void
}

/** A call while it lasts. */
export interface CallUnderWay {
  readonly question: CallQuestion
  readonly callLog: CallLog
  readonly bridge: Bridge | undefined
  /** A call for help: nothing ends it but the people in it. */
  readonly emergency?: EmergencyCall | undefined
  /** Resolves when the call is over and accounted for. */
  readonly over: Promise<void>
  party(side: MediaSide): Party
  /** Takes one leg out of the bridge; the other one is hung up, unless the parting says otherwise. */
  handOver(side: MediaSide, parting?: Parting): HeldLeg
  /** Ends the call in whatever state it is. Resolves when the far ends have been told, or cannot be; `reason` is a Reason header (RFC 3326). */
  hangUp(cause: string, status?: number, reason?: string): Promise<void>
  /** Whether one of its legs has, or asks for, a channel of this trunk. */
  occupies(trunk: string): boolean
  /** `isDead`: nothing that rings there can be answered any more. */
  pbxIsGone(name: string, isDead: boolean): void
}
