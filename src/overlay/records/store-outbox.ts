import type { PeerCalls } from '../protocol/peer-calls.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import { mostRecordsPerMessage, type StoreVerdict } from '../protocol/peer-message.ts'
import type { CheckedRecord } from './record-check.ts'

interface Parcel {
  readonly record: CheckedRecord
  readonly done: (verdict: StoreVerdict) => void
}

const answerWithin = 2_000

/** Carries records to holders. What is given for one box in the same moment travels together. */
export class StoreOutbox {
  readonly #calls: PeerCalls
  readonly #parcels = new Map<PeerId, Parcel[]>()

  constructor(calls: PeerCalls) {
    this.#calls = calls
  }

  /** Resolves to what became of it; `failed` when the holder did not answer within 2 s. */
  store(peer: PeerId, record: CheckedRecord): Promise<StoreVerdict> {
    return new Promise((done) => {
      const waiting = this.#parcels.get(peer)
      if (waiting) {
        waiting.push({ record, done })
        return
      }
      this.#parcels.set(peer, [{ record, done }])
      queueMicrotask(() => this.#dispatch(peer))
    })
  }

  #dispatch(peer: PeerId): void {
    const parcels = this.#parcels.get(peer) ?? []
    this.#parcels.delete(peer)
    for (let start = 0; start < parcels.length; start += mostRecordsPerMessage)
      void this.#send(peer, parcels.slice(start, start + mostRecordsPerMessage))
  }

  async #send(peer: PeerId, parcels: readonly Parcel[]): Promise<void> {
    try {
      const request = { type: 'store' as const, records: parcels.map(({ record }) => record.bytes) }
      const { verdicts } = await this.#calls.ask(peer, request, 'stored', answerWithin)
      for (const [place, { done }] of parcels.entries()) done(verdicts[place] ?? failed('no verdict'))
    } catch (error) {
      for (const { done } of parcels) done(failed((error as Error).message))
    }
  }
}

function failed(reason: string): StoreVerdict {
  return { outcome: 'failed', reason, latest: 0 }
}
