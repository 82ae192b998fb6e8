import type { Clock } from '../../lib/clock.ts'
import type { RecordKind } from '../overlay.ts'
import type { PeerCalls } from '../protocol/peer-calls.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import { type CheckedRecord, checkRecord, RecordRefused } from '../records/record-check.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { CredentialReader } from '../trust/credential-reader.ts'

/** What one box answered when it was asked for its copies of a resource. */
export interface CopyAnswer {
  readonly peer: PeerId
  readonly tookMs: number
  /** Believable ones, tombstones included. */
  readonly copies: readonly CheckedRecord[]
  /** Why the answer is worth less: none came, or it had records that must not be believed. */
  readonly trouble: string | undefined
}

export interface CopySurveyParts {
  readonly self: PeerId
  readonly overlay: string
  readonly credentials: CredentialReader
  readonly held: Pick<RecordStore, 'list'>
  readonly calls: PeerCalls
  readonly clock: Clock
  /** Milliseconds since whenever, in fractions. */
  readonly stopwatch: () => number
}

const answerWithin = 2_000

/** Asks boxes what they hold, one by one and past every cache: the truth, for those who doubt. */
export class CopySurvey {
  readonly #parts: CopySurveyParts

  constructor(parts: CopySurveyParts) {
    this.#parts = parts
  }

  /** All at once; never rejects. Takes at most 2 s. */
  askAll(peers: readonly PeerId[], kind: RecordKind, resource: string): Promise<readonly CopyAnswer[]> {
    return Promise.all(peers.map((peer) => this.#answerOf(peer, kind, resource)))
  }

  /** Rejects when the box does not answer. */
  async ask(
    peer: PeerId,
    kind: RecordKind,
    resource: string,
    signal?: AbortSignal,
  ): Promise<{ copies: CheckedRecord[]; refusals: RecordRefused[] }> {
    const { self, held, calls, clock } = this.#parts
    if (peer === self) return { copies: held.list(kind, resource, clock.now()), refusals: [] }
    const request = { type: 'fetch' as const, kind, resource, watch: false }
    const { records } = await calls.ask(peer, request, 'records', answerWithin, signal)
    const copies: CheckedRecord[] = []
    const refusals: RecordRefused[] = []
    for (const bytes of records) {
      const checked = this.#check(bytes)
      if (checked instanceof RecordRefused) refusals.push(checked)
      else if (checked.kind === kind && checked.resource === resource) copies.push(checked)
    }
    return { copies, refusals }
  }

  async #answerOf(peer: PeerId, kind: RecordKind, resource: string): Promise<CopyAnswer> {
    const { stopwatch } = this.#parts
    const began = stopwatch()
    try {
      const { copies, refusals } = await this.ask(peer, kind, resource)
      const trouble = refusals.map(({ message }) => message).join('; ') || undefined
      return { peer, tookMs: stopwatch() - began, copies, trouble }
    } catch (error) {
      return { peer, tookMs: stopwatch() - began, copies: [], trouble: (error as Error).message }
    }
  }

  #check(bytes: Uint8Array): CheckedRecord | RecordRefused {
    const { overlay, credentials, clock } = this.#parts
    try {
      return checkRecord(bytes, overlay, credentials, clock.now())
    } catch (error) {
      if (error instanceof RecordRefused) return error
      throw error
    }
  }
}
