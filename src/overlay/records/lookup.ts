import type { Clock, Timer } from '../../lib/clock.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import type { CheckedRecord } from './record-check.ts'

/** How long holders may be silent before others are asked. */
export const tryMilliseconds = 300
/** How long, after the first record came, the other holders may still add theirs. */
export const settleMilliseconds = 25
const mostRounds = 3

export interface Question {
  /** Closest to the resource first. */
  readonly candidates: readonly PeerId[]
  /** How many of them should hold the record: so many are asked at once. */
  readonly copies: number
  /**
   * Holders have changed a moment ago: the new ones may have nothing yet, or what they had when they were holders before. So
   * everybody's word is waited for, and twice as many must say that there is nothing.
   */
  readonly isUnsettled: boolean
  /** Resolves to records that were checked; rejects when the peer fails. */
  ask(peer: PeerId, signal: AbortSignal): Promise<readonly CheckedRecord[]>
}

export interface LookUpResult {
  /** Of each signer the newest entry, without those that were removed. */
  readonly records: readonly CheckedRecord[]
  /** False when so few answered that there may well be records. */
  readonly isCertain: boolean
  /** How many boxes were asked. */
  readonly asked: number
}

/** How many candidates a look-up may come to ask. */
export function mostAsked(copies: number): number {
  return mostRounds * copies
}

/**
 * Asks the holders all at once. Every holder has the entries of all home boxes, so the first one that knows any is
 * enough; the others get a moment to add what is newer. When holders fail or are silent the next ones are asked too, and
 * a late answer of the first ones still counts. Takes at most 900 ms.
 */
export function lookUp(question: Question, clock: Clock, signal: AbortSignal): Promise<LookUpResult> {
  return new LookUp(question, clock, signal).run()
}

/** Of each signer the newest entry, unless that is a tombstone. */
export function newestPerSigner(records: readonly CheckedRecord[]): CheckedRecord[] {
  const newest = new Map<PeerId, CheckedRecord>()
  for (const record of records) {
    const other = newest.get(record.signer)
    if (!other || record.storedAt > other.storedAt) newest.set(record.signer, record)
  }
  return [...newest.values()].filter(({ removed }) => !removed)
}

class LookUp {
  readonly #question: Question
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #over = new AbortController()
  readonly #result = Promise.withResolvers<LookUpResult>()
  readonly #found: CheckedRecord[] = []
  #rounds = 0
  #asked = 0
  #answered = 0
  #failed = 0
  /** Of the round asked last. */
  #pendingInRound = 0
  #timer: Timer | undefined

  constructor(question: Question, clock: Clock, signal: AbortSignal) {
    this.#question = question
    this.#clock = clock
    this.#signal = signal
  }

  async run(): Promise<LookUpResult> {
    this.#signal.throwIfAborted()
    const abandon = () => this.#result.reject(this.#signal.reason)
    this.#signal.addEventListener('abort', abandon, { once: true })
    try {
      this.#askNext()
      return await this.#result.promise
    } finally {
      this.#timer?.cancel()
      this.#signal.removeEventListener('abort', abandon)
      this.#over.abort(new Error('the look-up is over'))
    }
  }

  #askNext(): void {
    const { candidates, copies } = this.#question
    const holders = this.#rounds < mostRounds ? candidates.slice(this.#asked, this.#asked + copies) : []
    const areAllIn = this.#answered + this.#failed === this.#asked
    if (holders.length === 0 && (areAllIn || this.#rounds >= mostRounds)) {
      this.#finish()
      return
    }
    const round = ++this.#rounds
    this.#asked += holders.length
    this.#pendingInRound = holders.length
    this.#wait(tryMilliseconds, () => this.#askNext())
    for (const holder of holders) void this.#ask(holder, round)
  }

  async #ask(holder: PeerId, round: number): Promise<void> {
    const records = await this.#question.ask(holder, this.#over.signal).catch(() => undefined)
    if (this.#over.signal.aborted) return
    if (records) this.#take(records)
    else this.#failed++
    if (round === this.#rounds) this.#pendingInRound--
    if (this.#answered + this.#failed === this.#asked) this.#allIn()
    // Who has been silent for a whole round is not waited for.
    else if (round === this.#rounds && this.#pendingInRound === 0 && this.#isAnswer) this.#finish()
  }

  #take(records: readonly CheckedRecord[]): void {
    this.#answered++
    if (this.#found.length === 0 && records.length > 0) {
      const moment = this.#question.isUnsettled ? tryMilliseconds : settleMilliseconds
      this.#wait(moment, () => this.#finish())
    }
    this.#found.push(...records)
  }

  #allIn(): void {
    if (this.#isAnswer) this.#finish()
    else this.#askNext()
  }

  /** What came in is enough to go by. */
  get #isAnswer(): boolean {
    return this.#found.length > 0 || this.#isBelieved
  }

  get #isBelieved(): boolean {
    const { copies, isUnsettled, candidates } = this.#question
    return this.#answered >= Math.max(1, Math.min(isUnsettled ? 2 * copies : copies, candidates.length))
  }

  #wait(milliseconds: number, action: () => void): void {
    this.#timer?.cancel()
    this.#timer = this.#clock.after(milliseconds, action)
  }

  #finish(): void {
    const records = newestPerSigner(this.#found)
    this.#result.resolve({ records, isCertain: this.#isAnswer, asked: this.#asked })
  }
}
