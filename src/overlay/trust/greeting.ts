import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { RareLine } from '../../lib/rare-line.ts'
import { type Rate, RateBudget } from '../../lib/rate-budget.ts'
import type { PeerTable } from '../membership/peer-table.ts'
import { PeerRefused } from '../overlay-errors.ts'
import type { PeerCalls } from '../protocol/peer-calls.ts'
import { type PeerId, peerIdOf } from '../protocol/peer-id.ts'
import {
  type PeerAddress,
  type PeerReply,
  type PeerRequest,
  protocolVersion,
} from '../protocol/peer-message.ts'
import { clockTolerance } from '../records/record-check.ts'
import type { CredentialReader } from './credential-reader.ts'

const answerWithin = 3_000
/** Of lines about boxes that are not let in. */
const lineRate: Rate = { perSecond: 0.1, burst: 20, longestWait: 0 }
/** How long a peer may stay connected without being a member; long enough to enrol. */
const strangerMayStay = 10_000
const timeToSayWhy = 1_000
const hour = 3_600_000
/** Refusals that waiting, an update or a set clock will not cure. */
const belongsElsewhere: ReadonlySet<string> = new Set(['foreign-credential', 'revoked'])

interface Network {
  addresses(): readonly string[]
  drop(peer: PeerId): void
}

/** Whom members name to each other. */
interface Members {
  some(asker: PeerId): readonly PeerAddress[]
  heard(from: PeerId, peers: readonly PeerAddress[]): void
}

/** Where boxes see each other, for those behind NATs. */
interface Observer {
  observed(peer: PeerId): string | undefined
  observedBy(peer: PeerId, address: string): void
}

/** The mutual check of credentials that stands before anything else on a connection. */
export class Greeting {
  readonly #overlay: string
  readonly #own: { readonly bytes: Uint8Array }
  readonly #credentials: CredentialReader
  readonly #table: PeerTable
  readonly #members: Members
  readonly #observer: Observer
  readonly #calls: PeerCalls
  readonly #network: Network
  readonly #clock: Clock
  readonly #log: Log
  readonly #underWay = new Map<PeerId, Promise<void>>()
  readonly #rarely: RareLine
  readonly #lines: RateBudget
  #refusedBecause: string | undefined

  constructor(parts: {
    overlay: string
    /** This box's credential. */
    own: { readonly bytes: Uint8Array }
    credentials: CredentialReader
    table: PeerTable
    members: Members
    observer: Observer
    calls: PeerCalls
    network: Network
    clock: Clock
    log: Log
  }) {
    this.#overlay = parts.overlay
    this.#own = parts.own
    this.#credentials = parts.credentials
    this.#table = parts.table
    this.#members = parts.members
    this.#observer = parts.observer
    this.#calls = parts.calls
    this.#network = parts.network
    this.#clock = parts.clock
    this.#log = parts.log
    this.#rarely = new RareLine(parts.clock, hour)
    this.#lines = new RateBudget(lineRate, parts.clock)
  }

  /** A peer was connected: both sides say hello. */
  begin(peer: PeerId): void {
    this.#table.setState(peer, 'greeting', this.#clock.now())
    this.#clock.after(strangerMayStay, () => {
      if (this.#table.get(peer)?.state === 'greeting') this.#network.drop(peer)
    })
    const greeting = this.#greet(peer).finally(() => {
      if (this.#underWay.get(peer) === greeting) this.#underWay.delete(peer)
    })
    this.#underWay.set(peer, greeting)
  }

  /** What the last box said that did not take this one for a member; undefined once another one did. */
  get refusedBecause(): string | undefined {
    return this.#refusedBecause
  }

  /** This box's credential is a new one: all members should see it. */
  async showCredential(): Promise<void> {
    await Promise.all(
      this.#table.members().map(async ({ peer }) => {
        try {
          await this.#calls.ask(peer, this.#hello(), 'hello', answerWithin)
        } catch (error) {
          // It will see it when it connects again, at the latest when it takes the old one for ended.
          this.#log.debug({ peer, reason: (error as Error).message }, 'a box did not see the new credential')
        }
      }),
    )
  }

  /** Waits for a greeting under way: a member's first question may overtake its hello. */
  async isMember(peer: PeerId): Promise<boolean> {
    if (!this.#table.isMember(peer)) await this.#underWay.get(peer)
    return this.#table.isMember(peer)
  }

  answer(peer: PeerId, hello: Extract<PeerRequest, { type: 'hello' }>): PeerReply {
    const objection = this.#objection(peer, hello.credential)
    if (objection) {
      this.#say(peer, 'a box was refused', objection)
      this.#showOut(peer, objection)
      return { type: 'refused', code: objection.code, reason: objection.message }
    }
    this.#table.said(peer, hello.addresses)
    this.#table.setRole(peer, hello.role)
    this.#admit(peer)
    return {
      type: 'hello',
      version: protocolVersion,
      credential: this.#own.bytes,
      role: this.#table.ownRole,
      observed: this.#observer.observed(peer) ?? '',
      peers: this.#members.some(peer),
    }
  }

  async #greet(peer: PeerId): Promise<void> {
    try {
      const askedAt = this.#clock.now()
      const reply = await this.#calls.ask(peer, this.#hello(), 'hello', answerWithin)
      const objection = this.#objection(peer, reply.credential)
      if (objection) {
        this.#say(peer, 'a box was refused', objection)
        this.#showOut(peer, objection)
        return
      }
      const now = this.#clock.now()
      this.#table.measured(peer, now - askedAt)
      this.#table.setRole(peer, reply.role)
      this.#admit(peer)
      this.#members.heard(peer, reply.peers)
      if (reply.observed !== '') this.#observer.observedBy(peer, reply.observed)
    } catch (error) {
      if (this.#table.get(peer)?.state === 'away') return
      const joining = error instanceof PeerRefused && error.code === 'joining'
      if (error instanceof PeerRefused && !joining) this.#refusedBecause = error.message
      if (!joining) this.#say(peer, 'greeting a box failed', error as Error)
      this.#table.setState(peer, 'greeting', this.#clock.now())
    }
  }

  // Who is refused comes again and again, and strangers come in crowds.
  #say(peer: PeerId, sentence: string, { message: reason }: Error): void {
    this.#rarely.say(`${peer} ${sentence} ${reason}`, (unsaid) => {
      if (this.#lines.take('line', 1) !== undefined) this.#log.warn({ peer, reason, unsaid }, sentence)
    })
  }

  #hello(): PeerRequest {
    return {
      type: 'hello',
      version: protocolVersion,
      credential: this.#own.bytes,
      role: this.#table.ownRole,
      addresses: this.#network.addresses().slice(0, 16),
    }
  }

  // The answer that says why still has to get through.
  #showOut(peer: PeerId, { code }: PeerRefused): void {
    if (!belongsElsewhere.has(code)) return
    this.#table.disown(peer)
    this.#clock.after(timeToSayWhy, () => {
      if (!this.#table.isMember(peer)) this.#network.drop(peer)
    })
  }

  #admit(peer: PeerId): void {
    // The connection may have gone while the hello was under way.
    if (this.#table.get(peer)?.state !== 'greeting') return
    this.#table.setState(peer, 'member', this.#clock.now())
    this.#refusedBecause = undefined
    this.#log.info({ peer }, 'a box is connected')
  }

  #objection(peer: PeerId, credential: Uint8Array): PeerRefused | undefined {
    try {
      const shown = this.#credentials.read(credential)
      const { overlay, publicKey, notBefore, notAfter } = shown
      if (overlay !== this.#overlay)
        return new PeerRefused('foreign-credential', `the credential is for the overlay ${overlay}`)
      if (peerIdOf(publicKey) !== peer)
        return new PeerRefused('foreign-credential', 'the credential belongs to another box')
      if (this.#credentials.isRevoked(shown))
        return new PeerRefused('revoked', `the box, or who let it in, was revoked in ${this.#overlay}`)
      const now = this.#clock.now()
      if (now > notAfter || now < notBefore - clockTolerance)
        return new PeerRefused(
          'credential-not-valid-now',
          `the credential is valid from ${day(notBefore)} to ${day(notAfter)}: check both clocks, or join again`,
        )
      const known = this.#table.get(peer)
      if (known) {
        known.notAfter = notAfter
        known.credential = shown
      }
      return undefined
    } catch (error) {
      return new PeerRefused(
        'foreign-credential',
        `not of this overlay ${this.#overlay}, perhaps of another one of that name: ${(error as Error).message}`,
      )
    }
  }
}

function day(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 16)
}
