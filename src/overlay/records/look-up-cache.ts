import type { Clock } from '../../lib/clock.ts'
import { RecentMap } from '../../lib/recent-map.ts'
import type { RecordKind } from '../overlay.ts'
import { LookUpUnanswered } from '../overlay-errors.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import type { LookUpResult } from './lookup.ts'
import type { CheckedRecord } from './record-check.ts'

export interface CacheLimits {
  readonly entries: number
  /** How long records are believed without asking again, unless a holder says that they changed. */
  readonly foundMilliseconds: number
  /** The same for "there is nothing". */
  readonly nothingMilliseconds: number
  /** How much longer records are given out while no holder can be asked. */
  readonly staleMilliseconds: number
}

export const usualCacheLimits: CacheLimits = {
  entries: 4_000,
  foundMilliseconds: 30_000,
  nothingMilliseconds: 5_000,
  staleMilliseconds: 300_000,
}

export interface LookUpCacheParts {
  /** Asks the holders, who say when the answer changes. Takes at most 900 ms. */
  readonly lookUp: (kind: RecordKind, resource: string) => Promise<LookUpResult>
  readonly counts: {
    lookUp(outcome: 'cached' | 'found' | 'none' | 'failed', milliseconds: number, asked: number): void
  }
  readonly clock: Clock
  readonly limits: CacheLimits
}

interface Answer {
  readonly records: readonly CheckedRecord[]
  /** When the look-up began. */
  readonly askedAt: number
  /** Which members there were. */
  readonly membership: number
  freshUntil: number
}

interface Flight {
  readonly result: Promise<LookUpResult>
  /** Somebody said meanwhile that the entry changed: the answer may be from before. */
  isDoubted: boolean
}

/** Answers of look-ups, kept for a while: a caller is not kept waiting, holders are not asked twice. */
export class LookUpCache {
  readonly #parts: LookUpCacheParts
  readonly #answers: RecentMap<Answer>
  readonly #flights = new Map<string, Flight>()
  #membership = 0

  constructor(parts: LookUpCacheParts) {
    this.#parts = parts
    this.#answers = new RecentMap(parts.limits.entries)
  }

  /**
   * Unexpired records of a resource, one per signer. What is remembered from before `newerThan` does not do. Throws
   * `LookUpUnanswered` when nobody can say.
   */
  async fetch(
    kind: RecordKind,
    resource: string,
    signal: AbortSignal,
    newerThan = Number.NEGATIVE_INFINITY,
  ): Promise<readonly CheckedRecord[]> {
    const { clock, counts } = this.#parts
    const key = keyOf(kind, resource)
    const now = clock.now()
    const answer = this.#answers.get(key)
    if (answer && answer.askedAt >= newerThan && this.#isFresh(answer, now)) {
      counts.lookUp('cached', 0, 0)
      return unexpired(answer, now)
    }
    const flight = this.#flights.get(key) ?? this.#begin(key, kind, resource)
    const { records, isCertain } = await orAborted(flight.result, signal)
    if (isCertain) return records
    return this.#reserve(key, resource)
  }

  /** An entry of the resource changed: what is remembered about it is asked again before it is believed. */
  changed(kind: RecordKind, resource: string): void {
    const key = keyOf(kind, resource)
    const answer = this.#answers.get(key)
    if (answer) answer.freshUntil = 0
    const flight = this.#flights.get(key)
    if (flight) flight.isDoubted = true
  }

  /** A member came or went: it may have known what the others did not. */
  membersChanged(): void {
    this.#membership++
  }

  /** Nothing of that box is believed any more. */
  forgetSigner(signer: PeerId): void {
    for (const [key, { records }] of [...this.#answers.entries()])
      if (records.some((record) => record.signer === signer)) this.#answers.delete(key)
    for (const flight of this.#flights.values()) flight.isDoubted = true
  }

  #isFresh({ records, membership, freshUntil }: Answer, now: number): boolean {
    if (now >= freshUntil) return false
    if (records.length === 0) return membership === this.#membership
    return records.some(({ expiresAt }) => expiresAt > now)
  }

  #begin(key: string, kind: RecordKind, resource: string): Flight {
    const flight = { result: this.#ask(key, kind, resource), isDoubted: false }
    this.#flights.set(key, flight)
    // Whoever waits hears of a failure; when nobody does any more it is of no interest.
    flight.result.catch(() => undefined)
    return flight
  }

  async #ask(key: string, kind: RecordKind, resource: string): Promise<LookUpResult> {
    const { clock, counts, limits, lookUp } = this.#parts
    const askedAt = clock.now()
    const membership = this.#membership
    try {
      const result = await lookUp(kind, resource)
      const { records, isCertain, asked } = result
      const outcome = !isCertain ? 'failed' : records.length > 0 ? 'found' : 'none'
      counts.lookUp(outcome, clock.now() - askedAt, asked)
      if (isCertain) {
        const keep = records.length > 0 ? limits.foundMilliseconds : limits.nothingMilliseconds
        const freshUntil = this.#flights.get(key)?.isDoubted ? 0 : askedAt + keep
        this.#answers.set(key, { records, askedAt, membership, freshUntil })
      }
      return result
    } finally {
      this.#flights.delete(key)
    }
  }

  /** What was known before the holders fell silent. */
  #reserve(key: string, resource: string): readonly CheckedRecord[] {
    const { clock, limits } = this.#parts
    const now = clock.now()
    const answer = this.#answers.get(key)
    const records = answer ? unexpired(answer, now) : []
    const longest = limits.foundMilliseconds + limits.staleMilliseconds
    if (!answer || records.length === 0 || now - answer.askedAt > longest)
      throw new LookUpUnanswered(`no box that could know of ${resource} answers`)
    return records
  }
}

function keyOf(kind: RecordKind, resource: string): string {
  return `${kind} ${resource}`
}

function unexpired({ records }: Answer, now: number): readonly CheckedRecord[] {
  return records.every(({ expiresAt }) => expiresAt > now)
    ? records
    : records.filter(({ expiresAt }) => expiresAt > now)
}

function orAborted<Value>(result: Promise<Value>, signal: AbortSignal): Promise<Value> {
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const abandon = () => reject(signal.reason)
    signal.addEventListener('abort', abandon, { once: true })
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', abandon))
  })
}
