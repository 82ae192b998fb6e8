import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { CredentialReader } from './credential-reader.ts'
import { PeerRefused } from './overlay-errors.ts'
import type { PeerCalls } from './peer-calls.ts'
import { type PeerId, peerIdOf } from './peer-id.ts'
import { mostPeersPerMessage, type PeerReply, type PeerRequest, protocolVersion } from './peer-message.ts'
import type { PeerTable } from './peer-table.ts'
import { clockTolerance } from './record-check.ts'

const answerWithin = 3_000
/** How long a peer may stay connected without being a member; long enough to enrol. */
const strangerMayStay = 10_000

interface Network {
  addresses(): readonly string[]
  drop(peer: PeerId): void
}

/** The mutual check of credentials that stands before anything else on a connection. */
export class Greeting {
  readonly #overlay: string
  readonly #credential: Uint8Array
  readonly #credentials: CredentialReader
  readonly #table: PeerTable
  readonly #calls: PeerCalls
  readonly #network: Network
  readonly #clock: Clock
  readonly #log: Log
  readonly #underWay = new Map<PeerId, Promise<void>>()

  constructor(parts: {
    overlay: string
    credential: Uint8Array
    credentials: CredentialReader
    table: PeerTable
    calls: PeerCalls
    network: Network
    clock: Clock
    log: Log
  }) {
    this.#overlay = parts.overlay
    this.#credential = parts.credential
    this.#credentials = parts.credentials
    this.#table = parts.table
    this.#calls = parts.calls
    this.#network = parts.network
    this.#clock = parts.clock
    this.#log = parts.log
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

  /** Waits for a greeting under way: a member's first question may overtake its hello. */
  async isMember(peer: PeerId): Promise<boolean> {
    if (!this.#table.isMember(peer)) await this.#underWay.get(peer)
    return this.#table.isMember(peer)
  }

  answer(peer: PeerId, hello: Extract<PeerRequest, { type: 'hello' }>): PeerReply {
    const objection = this.#objection(peer, hello.version, hello.credential)
    if (objection) {
      this.#log.warn({ peer, reason: objection.message }, 'a box was refused')
      return { type: 'refused', code: objection.code, reason: objection.message }
    }
    this.#table.learn(peer, hello.addresses, 'inbound', this.#clock.now())
    this.#admit(peer)
    return { type: 'hello', version: protocolVersion, credential: this.#credential, peers: this.peers(peer) }
  }

  /** Members that another one should know too. */
  peers(asker: PeerId): { peer: PeerId; addresses: readonly string[] }[] {
    return this.#table
      .members()
      .filter(({ peer, addresses }) => peer !== asker && addresses.length > 0)
      .slice(0, mostPeersPerMessage)
      .map(({ peer, addresses }) => ({ peer, addresses }))
  }

  async #greet(peer: PeerId): Promise<void> {
    try {
      const hello: PeerRequest = {
        type: 'hello',
        version: protocolVersion,
        credential: this.#credential,
        addresses: this.#network.addresses().slice(0, 16),
      }
      const askedAt = this.#clock.now()
      const reply = await this.#calls.ask(peer, hello, 'hello', answerWithin)
      const objection = this.#objection(peer, reply.version, reply.credential)
      if (objection) throw objection
      const now = this.#clock.now()
      this.#table.measured(peer, now - askedAt)
      for (const other of reply.peers) this.#table.learn(other.peer, other.addresses, 'peer', now)
      this.#admit(peer)
    } catch (error) {
      if (this.#table.get(peer)?.state === 'away') return
      const joining = error instanceof PeerRefused && error.code === 'joining'
      if (!joining) this.#log.warn({ peer, reason: (error as Error).message }, 'greeting a box failed')
      this.#table.setState(peer, 'greeting', this.#clock.now())
    }
  }

  #admit(peer: PeerId): void {
    // The connection may have gone while the hello was under way.
    if (this.#table.get(peer)?.state !== 'greeting') return
    this.#table.setState(peer, 'member', this.#clock.now())
    this.#log.info({ peer }, 'a box is connected')
  }

  #objection(peer: PeerId, version: number, credential: Uint8Array): PeerRefused | undefined {
    if (version !== protocolVersion)
      return new PeerRefused(
        'version',
        `that box speaks version ${version} of the overlay protocol and this one ${protocolVersion}: update the older one`,
      )
    try {
      const { overlay, publicKey, notBefore, notAfter } = this.#credentials.read(credential)
      if (overlay !== this.#overlay)
        return new PeerRefused('foreign-credential', `the credential is for the overlay ${overlay}`)
      if (peerIdOf(publicKey) !== peer)
        return new PeerRefused('foreign-credential', 'the credential belongs to another box')
      const now = this.#clock.now()
      if (now > notAfter || now < notBefore - clockTolerance)
        return new PeerRefused(
          'credential-not-valid-now',
          `the credential is valid from ${day(notBefore)} to ${day(notAfter)}: check both clocks, or join again`,
        )
      const known = this.#table.get(peer)
      if (known) known.notAfter = notAfter
      return undefined
    } catch (error) {
      return new PeerRefused(
        'foreign-credential',
        `not enrolled in ${this.#overlay}: ${(error as Error).message}`,
      )
    }
  }
}

function day(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 16)
}
