import type { CallRecord } from '../../src/domain/call-record.ts'
import type { DecisionRecord } from '../../src/domain/decision-record.ts'
import type { CallJournal, FoundCalls } from '../../src/records/call-journal.ts'
import type { CallPlace, CallSpan, CallStore } from '../../src/records/call-store.ts'
import type { DecisionStore } from '../../src/records/decision-store.ts'

export class MemoryCallStore implements CallStore {
  failWith: Error | undefined
  readonly #records = new Map<string, CallRecord>()

  async save(record: CallRecord): Promise<void> {
    if (this.failWith) throw this.failWith
    if (this.#records.get(record.id)?.endedAt === undefined) this.#records.set(record.id, record)
  }

  async ended(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(ids.filter((id) => this.#records.get(id)?.endedAt !== undefined))
  }

  async open(): Promise<CallRecord[]> {
    return [...this.#records.values()].filter(({ endedAt }) => endedAt === undefined)
  }

  async list(before: number, limit: number): Promise<CallRecord[]> {
    const calls = this.#newestFirst().filter(({ startedAt }) => startedAt < before)
    return calls.slice(0, limit)
  }

  async page({ from, to }: CallSpan, after: CallPlace | undefined, limit: number): Promise<CallRecord[]> {
    const isNext = ({ startedAt, id }: CallRecord) =>
      after === undefined || startedAt > after.startedAt || (startedAt === after.startedAt && id > after.id)
    const isInside = ({ startedAt }: CallRecord) => startedAt >= from && startedAt < to
    return this.#newestFirst()
      .reverse()
      .filter((record) => isInside(record) && isNext(record))
      .slice(0, limit)
  }

  async find(idOrCallId: string): Promise<CallRecord[]> {
    const record = this.#records.get(idOrCallId)
    return record ? [record] : this.#newestFirst().filter(({ callId }) => callId === idOrCallId)
  }

  async trim(before: number, most: number): Promise<boolean> {
    for (const [index, { id, startedAt }] of this.#newestFirst().entries())
      if (startedAt < before || index >= most) this.#records.delete(id)
    return false
  }

  #newestFirst(): CallRecord[] {
    return [...this.#records.values()].sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1))
  }
}

export class MemoryDecisionStore implements DecisionStore {
  failWith: Error | undefined
  #records: DecisionRecord[] = []

  async add(record: DecisionRecord): Promise<void> {
    if (this.failWith) throw this.failWith
    this.#records.unshift(record)
  }

  async trim(keep: number): Promise<void> {
    this.#records = this.#records.slice(0, keep)
  }

  async find(callId: string): Promise<DecisionRecord | undefined> {
    return this.#records.find((record) => record.callId === callId)
  }

  async list(limit: number): Promise<DecisionRecord[]> {
    return this.#records.slice(0, limit)
  }
}

/** A journal that outlives the records that use it. */
export class MemoryCallJournal implements CallJournal {
  isBehind = false
  lastSignOfLife: number | undefined
  readonly noted = new Map<string, CallRecord>()
  readonly #found = new Map<string, CallRecord>()

  note(record: CallRecord): boolean {
    this.noted.set(record.id, record)
    return !this.isBehind
  }

  forget(id: string): void {
    this.noted.delete(id)
  }

  settle(id: string): void {
    this.noted.delete(id)
  }

  /** What was noted is what the next run finds. */
  crash(): void {
    for (const [id, record] of this.noted) this.#found.set(id, record)
    this.noted.clear()
  }

  found(): FoundCalls {
    return { calls: [...this.#found.values()], lastSignOfLife: this.lastSignOfLife }
  }

  async discardFound(): Promise<void> {
    this.#found.clear()
  }
}
