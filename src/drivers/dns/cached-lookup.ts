import { type Clock, systemClock } from '../../lib/clock.ts'
import { DnsUnavailable } from './dns-client.ts'
import type { DnsAnswer, DnsQuestion, DnsRecord } from './dns-record.ts'

/** Records, none for certain, or why nothing is known. */
export type Finding =
  | { readonly records: readonly DnsRecord[]; readonly failure?: undefined }
  | { readonly records: readonly []; readonly failure: Error }

interface Entry {
  readonly finding: Finding
  readonly freshUntil: number
  readonly staleUntil: number
}

export interface CachedLookupOptions {
  /** How long an expired answer may still be used when no server answers (RFC 8767). */
  readonly serveStaleSeconds: number
  readonly clock?: Clock
  /** Questions remembered, the least recently used forgotten first. */
  readonly maxEntries?: number
}

const maxTtlSeconds = 86_400
const maxNegativeTtlSeconds = 900
// RFC 8767 §5: after a failure the stale answer is used for a while without asking again.
const restWithStaleMs = 30_000
// RFC 9520 §3.2: a failure is remembered, so that a dead server is not asked for every call.
const restAfterFailureMs = 5_000

/** Remembers answers for their TTL; the same question is on its way only once. */
export class CachedLookup {
  readonly #ask: (question: DnsQuestion) => Promise<DnsAnswer>
  readonly #staleMs: number
  readonly #clock: Clock
  readonly #maxEntries: number
  readonly #entries = new Map<string, Entry>()
  readonly #pending = new Map<string, Promise<Finding>>()

  constructor(ask: (question: DnsQuestion) => Promise<DnsAnswer>, options: CachedLookupOptions) {
    this.#ask = ask
    this.#staleMs = options.serveStaleSeconds * 1_000
    this.#clock = options.clock ?? systemClock
    this.#maxEntries = options.maxEntries ?? 10_000
  }

  /** Answers at once from memory. The promise rejects only on a bug. */
  find(question: DnsQuestion): Finding | Promise<Finding> {
    const key = keyOf(question)
    const known = this.#entries.get(key)
    if (known && known.freshUntil > this.#clock.now()) {
      this.#entries.delete(key)
      this.#entries.set(key, known)
      return known.finding
    }
    let pending = this.#pending.get(key)
    if (!pending) {
      pending = this.#fetch(key, question).finally(() => this.#pending.delete(key))
      this.#pending.set(key, pending)
    }
    return pending
  }

  /**
   * Asks now, whatever is remembered; what comes is remembered too. A failure is told and changes nothing in memory. The
   * promise rejects only on a bug.
   */
  async findAfresh(question: DnsQuestion): Promise<Finding> {
    try {
      return await this.#fetchAnswer(keyOf(question), question)
    } catch (error) {
      if (!(error instanceof DnsUnavailable)) throw error
      return { records: [], failure: error }
    }
  }

  async #fetch(key: string, question: DnsQuestion): Promise<Finding> {
    try {
      return await this.#fetchAnswer(key, question)
    } catch (error) {
      if (!(error instanceof DnsUnavailable)) throw error
      const last = this.#entries.get(key)
      if (last && !last.finding.failure && last.staleUntil > this.#clock.now()) {
        this.#entries.set(key, { ...last, freshUntil: this.#clock.now() + restWithStaleMs })
        return last.finding
      }
      return this.#keep(key, { records: [], failure: error }, restAfterFailureMs, 0)
    }
  }

  async #fetchAnswer(key: string, question: DnsQuestion): Promise<Finding> {
    const { records, ttlSeconds } = await this.#ask(question)
    const ttl = Math.min(ttlSeconds, records.length > 0 ? maxTtlSeconds : maxNegativeTtlSeconds)
    return this.#keep(key, { records }, ttl * 1_000, this.#staleMs)
  }

  #keep(key: string, finding: Finding, freshMs: number, staleMs: number): Finding {
    const freshUntil = this.#clock.now() + freshMs
    this.#entries.delete(key)
    this.#entries.set(key, { finding, freshUntil, staleUntil: freshUntil + staleMs })
    if (this.#entries.size > this.#maxEntries) {
      const oldest = this.#entries.keys().next().value
      if (oldest !== undefined) this.#entries.delete(oldest)
    }
    return finding
  }
}

function keyOf({ type, name }: DnsQuestion): string {
  return `${type} ${name.toLowerCase()}`
}
