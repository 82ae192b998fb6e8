import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { CredentialReader, EnrolmentDesk } from './credential-reader.ts'
import type { Greeting } from './greeting.ts'
import { storeHere } from './location-service.ts'
import type { RecordKind } from './overlay.ts'
import { type PeerId, publicKeyOf } from './peer-id.ts'
import {
  decodeRequest,
  type EntryOffer,
  encodeMessage,
  type PeerReply,
  type PeerRequest,
  type StoreVerdict,
} from './peer-message.ts'
import { type CheckedRecord, checkRecord, RecordRefused } from './record-check.ts'
import type { RecordStore } from './record-store.ts'

const probeWithin = 1_500

interface Finder {
  fetch(kind: RecordKind, resource: string, signal: AbortSignal): Promise<readonly CheckedRecord[]>
}

/** Answers the questions of other boxes. A stranger may only say hello and ask to enrol. */
export class PeerService {
  readonly #overlay: string
  readonly #credentials: CredentialReader
  readonly #desk: EnrolmentDesk | undefined
  readonly #greeting: Greeting
  readonly #held: RecordStore
  readonly #finder: Finder
  readonly #clock: Clock
  readonly #log: Log

  constructor(parts: {
    overlay: string
    credentials: CredentialReader
    desk: EnrolmentDesk | undefined
    greeting: Greeting
    held: RecordStore
    finder: Finder
    clock: Clock
    log: Log
  }) {
    this.#overlay = parts.overlay
    this.#credentials = parts.credentials
    this.#desk = parts.desk
    this.#greeting = parts.greeting
    this.#held = parts.held
    this.#finder = parts.finder
    this.#clock = parts.clock
    this.#log = parts.log
  }

  async answer(peer: PeerId, message: Uint8Array): Promise<Uint8Array> {
    try {
      const request = decodeRequest(message)
      return encodeMessage(await this.#reply(peer, request))
    } catch (error) {
      this.#log.warn({ peer, reason: (error as Error).message }, 'a question of a box could not be answered')
      return encodeMessage({ type: 'refused', code: 'malformed', reason: 'the question was not understood' })
    }
  }

  async #reply(peer: PeerId, request: PeerRequest): Promise<PeerReply> {
    if (request.type === 'hello') return this.#greeting.answer(peer, request)
    if (request.type === 'enrol') return this.#enrol(peer, request.form)
    if (!(await this.#greeting.isMember(peer)))
      return { type: 'refused', code: 'not-enrolled', reason: `that box is not enrolled in ${this.#overlay}` }
    switch (request.type) {
      case 'ping':
        return { type: 'pong' }
      case 'peers':
        return { type: 'peers', peers: this.#greeting.peers(peer) }
      case 'store':
        return { type: 'stored', verdicts: request.records.map((bytes) => this.#store(bytes)) }
      case 'fetch':
        return { type: 'records', records: this.#list(request.kind, request.resource) }
      case 'offer':
        return { type: 'wanted', places: this.#wanted(request.offers) }
      case 'probe':
        return { type: 'seen', storedAt: await this.#probe(peer, request.resource) }
    }
  }

  async #enrol(peer: PeerId, form: Uint8Array): Promise<PeerReply> {
    const publicKey = publicKeyOf(peer)
    if (!this.#desk || !publicKey)
      return { type: 'refused', code: 'no-desk', reason: 'this box cannot let others into the overlay' }
    return { type: 'enrolled', answer: await this.#desk.receive(publicKey, form) }
  }

  #store(bytes: Uint8Array): StoreVerdict {
    try {
      const record = checkRecord(bytes, this.#overlay, this.#credentials, this.#clock.now())
      return storeHere(this.#held, record)
    } catch (error) {
      if (!(error instanceof RecordRefused)) throw error
      return { outcome: error.fault, reason: error.message, latest: 0 }
    }
  }

  #list(kind: RecordKind, resource: string): readonly Uint8Array[] {
    return this.#held.list(kind, resource, this.#clock.now()).map(({ bytes }) => bytes)
  }

  #wanted(offers: readonly EntryOffer[]): number[] {
    return offers.flatMap(({ kind, resource, signer, storedAt }, place) =>
      storedAt > (this.#held.latest(kind, resource, signer) ?? 0) ? [place] : [],
    )
  }

  /** Looks the asker's canary up as for any caller; 0 when it is not found. */
  async #probe(asker: PeerId, resource: string): Promise<number> {
    const found = await this.#finder.fetch('canary', resource, AbortSignal.timeout(probeWithin))
    return found.find(({ signer }) => signer === asker)?.storedAt ?? 0
  }
}
