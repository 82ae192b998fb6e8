import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { RareLine } from '../../lib/rare-line.ts'
import { type Rate, RateBudget } from '../../lib/rate-budget.ts'
import type { DialBack } from '../membership/dial-back.ts'
import type { PeerRole } from '../membership/known-peer.ts'
import { PeerRefused } from '../overlay-errors.ts'
import { storeHere } from '../records/location-service.ts'
import { checkRecord, RecordRefused } from '../records/record-check.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { Records } from '../records/records.ts'
import type { CredentialReader, EnrolmentDesk } from '../trust/credential-reader.ts'
import type { Greeting } from '../trust/greeting.ts'
import type { RevocationExchange } from '../trust/revocation-exchange.ts'
import type { Traffic } from './peer-calls.ts'
import { type PeerId, publicKeyOf } from './peer-id.ts'
import {
  decodeRequest,
  type EntryOffer,
  encodeMessage,
  noTidings,
  type PeerAddress,
  type PeerReply,
  type PeerRequest,
  type Seen,
  type StoreVerdict,
} from './peer-message.ts'

interface Witness {
  find(asker: PeerId, resource: string): Promise<number>
}

interface Counts extends Traffic {
  refused(from: PeerId, refusal: { fault: string; reason: string }, now: number): boolean
}

/** Who is there, and as what. */
interface Membership {
  /** This box stores nothing for others. */
  readonly isClient: boolean
  pinged(peer: PeerId, ping: Extract<PeerRequest, { type: 'ping' }>): PeerReply
  lookFor(peer: PeerId): Promise<PeerReply>
  peers(asker: PeerId, question: Extract<PeerRequest, { type: 'peers' }>): readonly PeerAddress[]
  hasRole(peer: PeerId, role: PeerRole): void
}

const clientRefuses: PeerReply = {
  type: 'refused',
  code: 'client',
  reason: 'this box stores nothing for others',
}

/** For questions that this box passes on to others, or that have a long answer. */
const favourRate: Rate = { perSecond: 2, burst: 10, longestWait: 0 }
const tooOften: PeerReply = { type: 'refused', code: 'too-many', reason: 'that was asked a moment ago' }

/** Answers the questions of other boxes. A stranger may only say hello and ask to enrol. */
export class PeerService {
  readonly #overlay: string
  readonly #credentials: CredentialReader
  readonly #desk: EnrolmentDesk | undefined
  readonly #greeting: Greeting
  readonly #membership: Membership
  readonly #revocations: Pick<RevocationExchange, 'answer'>
  readonly #dialBack: DialBack
  readonly #held: RecordStore
  readonly #records: Pick<Records, 'list' | 'compare' | 'changed' | 'greeted'>
  readonly #witness: Witness
  readonly #view: () => { state: string; sees: readonly Seen[] }
  readonly #counts: Counts
  readonly #favours: RateBudget
  readonly #clock: Clock
  readonly #log: Log
  readonly #rarely: RareLine

  constructor(parts: {
    overlay: string
    credentials: CredentialReader
    desk: EnrolmentDesk | undefined
    greeting: Greeting
    membership: Membership
    revocations: Pick<RevocationExchange, 'answer'>
    dialBack: DialBack
    held: RecordStore
    records: Pick<Records, 'list' | 'compare' | 'changed' | 'greeted'>
    witness: Witness
    /** What this box tells others that ask how it is. */
    view: () => { state: string; sees: readonly Seen[] }
    counts: Counts
    clock: Clock
    log: Log
  }) {
    this.#overlay = parts.overlay
    this.#credentials = parts.credentials
    this.#desk = parts.desk
    this.#greeting = parts.greeting
    this.#membership = parts.membership
    this.#revocations = parts.revocations
    this.#dialBack = parts.dialBack
    this.#held = parts.held
    this.#records = parts.records
    this.#witness = parts.witness
    this.#view = parts.view
    this.#counts = parts.counts
    this.#favours = new RateBudget(favourRate, parts.clock)
    this.#clock = parts.clock
    this.#log = parts.log
    this.#rarely = new RareLine(parts.clock)
  }

  async answer(peer: PeerId, message: Uint8Array): Promise<Uint8Array> {
    this.#counts.received(message.length)
    const reply = await this.#answer(peer, message)
    this.#counts.sent(reply.length)
    return reply
  }

  async #answer(peer: PeerId, message: Uint8Array): Promise<Uint8Array> {
    try {
      const request = decodeRequest(message)
      return encodeMessage(await this.#reply(peer, request))
    } catch (error) {
      const reason = (error as Error).message
      if (error instanceof PeerRefused) {
        this.#rarely.say(error.code, () => this.#log.warn({ peer, reason }, 'a box was refused'))
        return encodeMessage({ type: 'refused', code: error.code, reason })
      }
      this.#rarely.say(peer, (unsaid) =>
        this.#log.warn({ peer, reason, unsaid }, 'a question of a box could not be answered'),
      )
      return encodeMessage({ type: 'refused', code: 'malformed', reason: 'the question was not understood' })
    }
  }

  async #reply(peer: PeerId, request: PeerRequest): Promise<PeerReply> {
    if (request.type === 'hello') return this.#hello(peer, request)
    if (request.type === 'enrol') return this.#enrol(peer, request.form)
    if (!(await this.#greeting.isMember(peer)))
      return { type: 'refused', code: 'not-enrolled', reason: `that box is not enrolled in ${this.#overlay}` }
    switch (request.type) {
      case 'ping':
        return this.#membership.pinged(peer, request)
      case 'ping-for':
        return this.#membership.lookFor(request.peer)
      case 'peers':
        return { type: 'peers', peers: this.#membership.peers(peer, request) }
      case 'renew':
        return this.#renew(peer, request.credential)
      case 'revocations':
      case 'revoke':
        return this.#revocations.answer(request)
      case 'role':
        this.#membership.hasRole(peer, request.role)
        return { type: 'pong', ...noTidings }
      case 'store':
        if (this.#membership.isClient) return clientRefuses
        return { type: 'stored', verdicts: request.records.map((bytes) => this.#take(peer, bytes)) }
      case 'fetch':
        return { type: 'records', records: this.#records.list(peer, request, request.watch) }
      case 'changed':
        this.#records.changed(peer, request.entries)
        return { type: 'noted' }
      case 'compare':
        return { type: 'compared', differing: await this.#records.compare(peer, request.digest) }
      case 'offer':
        if (this.#membership.isClient) return clientRefuses
        return { type: 'wanted', places: this.#wanted(request.offers) }
      case 'probe':
        if (this.#favours.take(peer, 1) === undefined) return tooOften
        return { type: 'seen', storedAt: await this.#witness.find(peer, request.resource) }
      case 'view':
        if (this.#favours.take(peer, 1) === undefined) return tooOften
        return { type: 'view', ...this.#view() }
      case 'reach':
        return this.#dialBack.answer(peer, request.addresses)
    }
  }

  #hello(peer: PeerId, hello: Extract<PeerRequest, { type: 'hello' }>): PeerReply {
    const reply = this.#greeting.answer(peer, hello)
    if (reply.type === 'hello') this.#records.greeted(peer)
    return reply
  }

  async #enrol(peer: PeerId, form: Uint8Array): Promise<PeerReply> {
    const publicKey = publicKeyOf(peer)
    if (!this.#desk || !publicKey)
      return { type: 'refused', code: 'no-desk', reason: 'this box cannot let others into the overlay' }
    return { type: 'enrolled', answer: await this.#desk.receive(publicKey, form) }
  }

  async #renew(peer: PeerId, credential: Uint8Array): Promise<PeerReply> {
    const publicKey = publicKeyOf(peer)
    if (!this.#desk || !publicKey)
      return { type: 'refused', code: 'no-desk', reason: 'this box issues no credentials' }
    const renewed = await this.#desk.renew(publicKey, credential)
    if ('credential' in renewed) return { type: 'renewed', credential: renewed.credential }
    return { type: 'refused', code: 'not-renewed', reason: renewed.refusedBecause }
  }

  #take(peer: PeerId, bytes: Uint8Array): StoreVerdict {
    const verdict = this.#store(bytes)
    const { outcome: fault, reason } = verdict
    if (fault !== 'stored' && this.#counts.refused(peer, { fault, reason }, this.#clock.now()))
      this.#log.warn({ peer, fault, reason }, 'a record of a box was refused')
    return verdict
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

  #wanted(offers: readonly EntryOffer[]): number[] {
    return offers.flatMap(({ kind, resource, signer, storedAt }, place) =>
      storedAt > (this.#held.latest(kind, resource, signer) ?? 0) ? [place] : [],
    )
  }
}
