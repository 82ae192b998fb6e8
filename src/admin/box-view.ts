import type { Binding } from '../domain/binding.ts'
import type { CallRecord } from '../domain/call-record.ts'
import type { DecisionRecord, DecisionStep } from '../domain/decision-record.ts'
import type { RoutePlan } from '../domain/route.ts'
import type { CallArchive } from '../records/call-store.ts'
import type { Figures } from './figures.ts'
import type { OutsideView } from './outside-view.ts'
import type { OverlayQuestions, OverlayView } from './overlay-view.ts'
import type { SurvivalView } from './survival-view.ts'

/** How a part of the box is, and in words why. */
export interface PartState {
  readonly name: string
  readonly state: 'good' | 'degraded' | 'failed' | 'off'
  readonly text: string
}

export interface BoxStatus {
  readonly name: string
  readonly version: string
  readonly startedAt: number
  readonly domains: readonly string[]
  readonly listening: readonly string[]
  readonly callsNow: number
  readonly bindings: number
  readonly parts: readonly PartState[]
}

export interface CallNow {
  readonly id: string
  readonly callId: string
  readonly from: string
  readonly to: string
  readonly path: string | undefined
  readonly state: 'routing' | 'ringing' | 'talking'
  readonly startedAt: number
  readonly answeredAt: number | undefined
}

export interface TrunkState {
  readonly name: string
  readonly state: PartState
  readonly calls: number
  readonly maxCalls: number
}

export interface PbxState {
  readonly name: string
  readonly domain: string
  readonly state: string
  readonly since: number
  readonly why: string
}

export interface Ban {
  readonly address: string
  readonly until: number
}

/** One message of a call as it passed the box. */
export interface LadderMessage {
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  readonly direction: 'in' | 'out'
  readonly transport: string
  /** `address:port`. */
  readonly local: string
  readonly remote: string
  readonly callId: string
  readonly bytes: number
  /** Without credentials; cut short when it is long. */
  readonly text: string
}

/** A next hop that is tried last until then (milliseconds since the Unix epoch). */
export interface PenaltyView {
  readonly transport: string
  readonly address: string
  readonly port: number
  readonly until: number
}

/** All that the pages and the API know of the box. `gateway.ts` provides it; tests pass a value. */
export interface BoxView {
  status(): BoxStatus
  callsNow(): readonly CallNow[]
  /** Newest first. */
  recentCalls(most: number): readonly CallRecord[]
  decision(callId: string): Promise<DecisionRecord | undefined>
  /** The messages of all legs of a call that are still in memory, oldest first; `id` is that of its record or its Call-ID. */
  ladder(id: string): Promise<readonly LadderMessage[]>
  penalties(): Promise<readonly PenaltyView[]>
  bindings(): readonly Binding[]
  overlays(): readonly OverlayView[]
  readonly askOverlay: OverlayQuestions
  readonly outside: OutsideView
  readonly survival: SurvivalView
  /** All calls on disk. */
  readonly archive: CallArchive
  trunks(): readonly TrunkState[]
  pbxs(): readonly PbxState[]
  bans(): readonly Ban[]
  releaseBan(address: string): boolean
  /** What would happen, now or at another time (milliseconds since the Unix epoch); places no call. */
  explainRoute(
    from: string,
    to: string,
    at?: number,
  ): Promise<{ readonly plan: RoutePlan; readonly steps: readonly DecisionStep[] }>
  /** Undefined when the box has just done its work: answered, asked its engine, written to its disk. Otherwise why not. */
  notAliveBecause(): Promise<string | undefined>
  /** Undefined when the box may be sent calls, otherwise why not. */
  notReadyBecause(): string | undefined
  figures(): Promise<Figures>
}
