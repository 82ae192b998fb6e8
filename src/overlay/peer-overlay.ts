import type { Duplex } from 'node:stream'
import type { Clock, Timer } from '../lib/clock.ts'
import type { SigningKey } from '../lib/ed25519.ts'
import type { Log } from '../lib/log.ts'
import { Canary } from './canary.ts'
import type { CredentialReader, EnrolmentDesk } from './credential-reader.ts'
import { Dialler, type Seed } from './dialler.ts'
import { Greeting } from './greeting.ts'
import { LocationService } from './location-service.ts'
import type {
  FoundBy,
  LinkEnd,
  Overlay,
  OverlayHealth,
  OverlayRecord,
  PeerView,
  RecordKind,
  SipPoint,
  StoreReceipt,
} from './overlay.ts'
import { PeerUnknown, PeerUnreachable } from './overlay-errors.ts'
import { PeerCalls } from './peer-calls.ts'
import type { PeerId } from './peer-id.ts'
import type { PeerAddress } from './peer-message.ts'
import { parsePeerName, printPeerName } from './peer-name.ts'
import type { PeerNetwork } from './peer-network.ts'
import { PeerService } from './peer-service.ts'
import { PeerTable } from './peer-table.ts'
import { Pulse } from './pulse.ts'
import { RecordStore } from './record-store.ts'
import { Replication } from './replication.ts'
import { SipLinks } from './sip-links.ts'

/** Peers of earlier days, kept across restarts. */
export interface PeerMemory {
  recall(): readonly PeerAddress[]
  remember(peers: readonly PeerAddress[]): void
}

export interface PeerOverlayOptions {
  readonly domain: string
  readonly key: SigningKey
  readonly credential: Uint8Array
  readonly credentials: CredentialReader
  /** Present at the box that may let others in. */
  readonly desk: EnrolmentDesk | undefined
  readonly network: PeerNetwork
  /** How many boxes hold a record. */
  readonly copies: number
  readonly memory: PeerMemory
  readonly seeds: readonly Seed[]
  readonly clock: Clock
  readonly log: Log
  readonly random?: () => number
}

const housekeepingMilliseconds = 10_000
const proofIsFreshFor = 180_000

/** An overlay of equal boxes: each knows all others, over whatever network carries them. */
export class PeerOverlay implements Overlay {
  readonly name: string
  readonly domain: string
  readonly peerName: string
  readonly #options: PeerOverlayOptions
  readonly #clock: Clock
  readonly #network: PeerNetwork
  readonly #table: PeerTable
  readonly #held = new RecordStore()
  readonly #own = new RecordStore()
  readonly #greeting: Greeting
  readonly #dialler: Dialler
  readonly #pulse: Pulse
  readonly #replication: Replication
  readonly #locations: LocationService
  readonly #service: PeerService
  readonly #canary: Canary
  readonly #links: SipLinks
  #housekeeping: Timer | undefined

  constructor(options: PeerOverlayOptions) {
    const { domain, key, credential, credentials, copies, network, clock, seeds } = options
    const log = options.log.child({ overlay: domain })
    const self = network.self
    this.name = `overlay ${domain}`
    this.domain = domain
    this.peerName = printPeerName(self, domain)
    this.#options = options
    this.#clock = clock
    this.#network = network
    const table = new PeerTable(self)
    const calls = new PeerCalls(network, clock)
    const held = this.#held
    const own = this.#own
    this.#table = table
    this.#greeting = new Greeting({
      overlay: domain,
      credential,
      credentials,
      table,
      calls,
      network,
      clock,
      log,
    })
    const random = options.random ?? Math.random
    this.#dialler = new Dialler({ table, network, seeds, clock, log, random })
    this.#pulse = new Pulse(table, calls, clock, (peer) => network.drop(peer))
    const replication = new Replication({ self, copies, table, stores: [held, own], calls, clock, log })
    this.#replication = replication
    this.#locations = new LocationService({
      ...{ self, overlay: domain, key, credential, credentials },
      ...{ copies, table, held, own, calls, replication, clock, log },
    })
    this.#service = new PeerService({
      ...{ overlay: domain, credentials, desk: options.desk, greeting: this.#greeting },
      ...{ held, finder: this.#locations, clock, log },
    })
    this.#canary = new Canary({ self, table, records: this.#locations, calls, clock, log })
    this.#links = new SipLinks((peer, signal) => this.#openStream(peer, signal), clock, log)
    table.onChange(() => this.#peersChanged())
  }

  async start(): Promise<void> {
    const now = this.#clock.now()
    for (const { peer, addresses } of this.#options.memory.recall())
      this.#table.learn(peer, addresses, 'remembered', now)
    await this.#network.open({
      connected: (peer, addresses) => this.#connected(peer, addresses),
      disconnected: (peer) => this.#disconnected(peer),
      found: (peer, addresses, foundBy) => this.#found(peer, addresses, foundBy),
      request: (peer, message) => this.#service.answer(peer, message),
      stream: (peer, stream) => void this.#acceptStream(peer, stream),
    })
    this.#dialler.start()
    this.#pulse.start()
    this.#replication.start()
    this.#canary.start()
    this.#keepHouse()
  }

  async stop(): Promise<void> {
    this.#housekeeping?.cancel()
    this.#canary.stop()
    this.#pulse.stop()
    await this.#dialler.stop()
    await this.#links.close()
    await this.#network.close()
    await this.#replication.stop()
  }

  async store(
    kind: RecordKind,
    resource: string,
    value: Uint8Array,
    lifetimeSeconds: number,
  ): Promise<StoreReceipt> {
    const { holders, wanted } = await this.#locations.store(kind, resource, value, lifetimeSeconds)
    return { holders: holders.map((peer) => printPeerName(peer, this.domain)), wanted }
  }

  async fetch(kind: RecordKind, resource: string, signal: AbortSignal): Promise<readonly OverlayRecord[]> {
    const found = await this.#locations.fetch(kind, resource, signal)
    return found.map(({ value, storedAt, lifetimeSeconds, signer }) => ({
      ...{ kind, resource, value, storedAt, lifetimeSeconds },
      signer: printPeerName(signer, this.domain),
    }))
  }

  remove(kind: RecordKind, resource: string): Promise<void> {
    return this.#locations.remove(kind, resource)
  }

  peers(): readonly PeerView[] {
    return this.#table.enrolled().map(({ peer, addresses, state, roundTripMs, since, foundBy }) => ({
      peerName: printPeerName(peer, this.domain),
      ...{ addresses, connected: state === 'member', roundTripMs, since, foundBy },
    }))
  }

  async openLink(peerName: string): Promise<LinkEnd> {
    const name = parsePeerName(peerName)
    if (!name || name.domain !== this.domain || !this.#table.get(name.peerId)) throw new PeerUnknown(peerName)
    if (!this.#table.isMember(name.peerId)) this.#dialler.hurry(name.peerId)
    return this.#links.localEnd(name.peerId)
  }

  peerOfLink(localPort: number): string | undefined {
    const peer = this.#links.peerOfLink(localPort)
    return peer && printPeerName(peer, this.domain)
  }

  serveSipAt(point: SipPoint): void {
    this.#links.serveSipAt(point)
  }

  health(): OverlayHealth {
    const knownPeers = this.#table.enrolled().length
    const connectedPeers = this.#table.members().length
    const { provenAt } = this.#canary
    const now = this.#clock.now()
    const facts = { connectedPeers, knownPeers, recordsHeld: this.#held.count(now), provenAt }
    if (knownPeers === 0 && this.#options.seeds.length === 0)
      return { state: 'alone', ...facts, why: 'no other box has joined yet' }
    if (connectedPeers === 0)
      return { state: 'isolated', ...facts, why: 'no other box of the overlay can be reached' }
    if (provenAt !== undefined && now - provenAt < proofIsFreshFor)
      return { state: 'proven', ...facts, why: 'another box found a record that was stored here' }
    return { state: 'unproven', ...facts, why: 'no other box has found a record of this one lately' }
  }

  onPeerChange(listener: () => void): () => void {
    return this.#table.onChange(listener)
  }

  #connected(peer: PeerId, addresses: readonly string[]): void {
    this.#table.learn(peer, addresses, 'inbound', this.#clock.now())
    if (this.#table.get(peer)) this.#greeting.begin(peer)
    else this.#network.drop(peer)
  }

  #disconnected(peer: PeerId): void {
    const before = this.#table.setState(peer, 'away', this.#clock.now())
    if (before === 'member') this.#options.log.info({ overlay: this.domain, peer }, 'a box was lost')
    this.#table.forgetStranger(peer)
  }

  #found(peer: PeerId | undefined, addresses: readonly string[], foundBy: FoundBy): void {
    if (peer && this.#table.learn(peer, addresses, foundBy, this.#clock.now())) this.#dialler.look()
  }

  async #acceptStream(peer: PeerId, stream: Duplex): Promise<void> {
    stream.on('error', (error) => this.#options.log.debug({ peer, reason: error.message }, 'a link was cut'))
    if (await this.#greeting.isMember(peer)) this.#links.accept(peer, stream)
    else stream.destroy()
  }

  async #openStream(peer: PeerId, signal: AbortSignal): Promise<Duplex> {
    if (!this.#table.isMember(peer)) throw new PeerUnreachable('the box is not connected')
    return this.#network.openStream(peer, signal)
  }

  #peersChanged(): void {
    this.#replication.peersChanged()
    this.#canary.peersChanged()
    this.#dialler.look()
    const members = this.#table.members()
    if (members.length === 0) return
    const away = this.#table.enrolled().filter(({ state }) => state !== 'member')
    this.#options.memory.remember(
      [...members, ...away]
        .filter(({ addresses }) => addresses.length > 0)
        .map(({ peer, addresses }) => ({ peer, addresses })),
    )
  }

  #keepHouse(): void {
    const now = this.#clock.now()
    this.#held.sweep(now)
    this.#own.sweep(now)
    this.#housekeeping = this.#clock.after(housekeepingMilliseconds, () => this.#keepHouse())
  }
}
