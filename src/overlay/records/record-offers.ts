import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { PeerTable } from '../membership/peer-table.ts'
import { PeerRefused } from '../overlay-errors.ts'
import type { PeerCalls } from '../protocol/peer-calls.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import { mostOffersPerMessage, mostRecordsPerMessage } from '../protocol/peer-message.ts'
import type { CheckedRecord } from './record-check.ts'

interface Parts {
  readonly table: Pick<PeerTable, 'isMember'>
  readonly calls: PeerCalls
  /** Fires when the box stops. */
  readonly stopped: AbortSignal
  readonly clock: Clock
  readonly log: Log
}

const answerWithin = 3_000

/** Records that other boxes should have and may lack: offered by name, and sent as far as they are wanted. */
export class RecordOffers {
  readonly #parts: Parts
  /** Per box, of each entry the newest version that is known here. */
  readonly #owed = new Map<PeerId, Map<string, CheckedRecord>>()
  readonly #underWay = new Map<PeerId, Promise<void>>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Waits for what is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay.values())
  }

  /** The box should have it. It is told with the next `send`. */
  owe(peer: PeerId, record: CheckedRecord): void {
    const key = `${record.kind} ${record.resource} ${record.signer}`
    const records = this.#owed.get(peer)
    const other = records?.get(key)
    if (other && other.storedAt >= record.storedAt) return
    if (records) records.set(key, record)
    else this.#owed.set(peer, new Map([[key, record]]))
  }

  /** Offers what is owed to the box. What fails is owed as before; a box that is gone is owed nothing. */
  send(peer: PeerId): void {
    if (this.#parts.stopped.aborted || this.#underWay.has(peer)) return
    const work = this.#sendAll(peer).finally(() => this.#underWay.delete(peer))
    this.#underWay.set(peer, work)
  }

  sendAll(): void {
    for (const peer of this.#owed.keys()) this.send(peer)
  }

  /** How many entries of that signer other boxes may lack. */
  countOf(signer: PeerId): number {
    let count = 0
    for (const records of this.#owed.values())
      for (const record of records.values()) if (record.signer === signer) count++
    return count
  }

  async #sendAll(peer: PeerId): Promise<void> {
    while (!this.#parts.stopped.aborted) {
      const batch = this.#take(peer)
      if (batch.length === 0) return
      try {
        await this.#offer(peer, batch)
      } catch (error) {
        const isUseless = error instanceof PeerRefused && error.code === 'client'
        if (!isUseless) for (const record of batch) this.owe(peer, record)
        this.#parts.log.debug({ peer, reason: (error as Error).message }, 'offering records failed')
        return
      }
    }
  }

  /** As many as fit into one message. */
  #take(peer: PeerId): CheckedRecord[] {
    const records = this.#owed.get(peer)
    if (!records) return []
    const now = this.#parts.clock.now()
    const batch: CheckedRecord[] = []
    for (const [key, record] of records) {
      if (batch.length === mostOffersPerMessage) return batch
      records.delete(key)
      if (record.expiresAt > now) batch.push(record)
    }
    this.#owed.delete(peer)
    return this.#parts.table.isMember(peer) ? batch : []
  }

  async #offer(peer: PeerId, records: readonly CheckedRecord[]): Promise<void> {
    const { calls, stopped } = this.#parts
    const offers = records.map(({ kind, resource, signer, storedAt }) => ({
      ...{ kind, resource, signer, storedAt },
    }))
    const { places } = await calls.ask(peer, { type: 'offer', offers }, 'wanted', answerWithin, stopped)
    const wanted = places.flatMap((place) => records[place] ?? [])
    for (let start = 0; start < wanted.length; start += mostRecordsPerMessage) {
      const batch = wanted.slice(start, start + mostRecordsPerMessage).map(({ bytes }) => bytes)
      await calls.ask(peer, { type: 'store', records: batch }, 'stored', answerWithin, stopped)
    }
  }
}
