import type { CallRecord } from '../../src/domain/call-record.ts'
import type { DecisionRecord } from '../../src/domain/decision-record.ts'
import type { CallStore } from '../../src/records/call-store.ts'
import type { DecisionStore } from '../../src/records/decision-store.ts'

export class MemoryCallStore implements CallStore {
  failWith: Error | undefined
  readonly #records = new Map<string, CallRecord>()

  async save(record: CallRecord): Promise<void> {
    if (this.failWith) throw this.failWith
    this.#records.set(record.id, record)
  }

  async open(): Promise<CallRecord[]> {
    return [...this.#records.values()].filter(({ endedAt }) => endedAt === undefined)
  }

  async list(before: number, limit: number): Promise<CallRecord[]> {
    return [...this.#records.values()]
      .filter(({ startedAt }) => startedAt < before)
      .sort((a, b) => b.startedAt - a.startedAt)
      .slice(0, limit)
  }

  async removeBefore(time: number): Promise<void> {
    for (const { id, startedAt } of this.#records.values()) if (startedAt < time) this.#records.delete(id)
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
