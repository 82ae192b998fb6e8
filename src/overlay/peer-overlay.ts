import type { Duplex } from 'node:stream'
import type { Clock, Timer } from '../lib/clock.ts'
import type { SigningKey } from '../lib/ed25519.ts'
import type { Log } from '../lib/log.ts'
import { Canary } from './diagnosis/canary.ts'
import { CopySurvey } from './diagnosis/copy-survey.ts'
import { Diagnostics } from './diagnosis/diagnostics.ts'
import { OverlayCounts, type OverlayFigures } from './diagnosis/overlay-counts.ts'
import { Witness } from './diagnosis/witness.ts'
import { DialBack } from './membership/dial-back.ts'
import { Dialler, type Seed } from './membership/dialler.ts'
import { DomainSearch, type FindPublishedBoxes } from './membership/domain-search.ts'
import type { PeerRole } from './membership/known-peer.ts'
import { Membership } from './membership/membership.ts'
import { OwnStanding } from './membership/own-standing.ts'
import { PathGaps } from './membership/path-gaps.ts'
import { PeerTable } from './membership/peer-table.ts'
import { Reachability } from './membership/reachability.ts'
import { type PeerMemory, RememberedPeers } from './membership/remembered-peers.ts'
import type {
  FoundBy,
  LinkEnd,
  Overlay,
  OverlayHealth,
  OverlayRecord,
  OverlayStatus,
  PeerView,
  RecordKind,
  SipPoint,
  StoreReceipt,
} from './overlay.ts'
import { PeerUnknown } from './overlay-errors.ts'
import { PeerCalls } from './protocol/peer-calls.ts'
import type { PeerId } from './protocol/peer-id.ts'
import { parsePeerName, printPeerName } from './protocol/peer-name.ts'
import type { PeerNetwork } from './protocol/peer-network.ts'
import { PeerService } from './protocol/peer-service.ts'
import { QuestionDoor } from './protocol/question-door.ts'
import { type CacheLimits, usualCacheLimits } from './records/look-up-cache.ts'
import { type StoreLimits, usualStoreLimits } from './records/record-store.ts'
import { Records } from './records/records.ts'
import { SipLinks } from './sip-links.ts'
import { ClockWatch } from './trust/clock-watch.ts'
import type { CredentialReader, EnrolmentDesk } from './trust/credential-reader.ts'
import { Expulsion } from './trust/expulsion.ts'
import { Greeting } from './trust/greeting.ts'
import { OwnCredential } from './trust/own-credential.ts'
import { Renewal } from './trust/renewal.ts'
import { type RevocationBook, RevocationExchange } from './trust/revocation-exchange.ts'

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
  /** The usual ones when absent. */
  readonly cacheLimits?: CacheLimits
  readonly storeLimits?: StoreLimits
  readonly memory: PeerMemory
  readonly seeds: readonly Seed[]
  /** Asks the DNS for boxes of the overlay. */
  readonly findPublished?: FindPublishedBoxes
  readonly clock: Clock
  readonly log: Log
  readonly random?: () => number
  /** What the box wants to be; `auto` leaves it to circumstances. Peer when absent. */
  readonly role?: 'auto' | PeerRole
  /** Bytes of memory that are free for this process. */
  readonly freeMemory?: () => number
  /** Who was thrown out. */
  readonly revocations: RevocationBook
  /** Keeps a renewed credential across restarts. */
  readonly keepCredential?: (credential: Uint8Array) => void
}

const housekeepingMilliseconds = 10_000

/** An overlay of equal boxes: each knows all others, over whatever network carries them. */
export class PeerOverlay implements Overlay {
  readonly name: string
  readonly domain: string
  readonly peerName: string
  readonly #options: PeerOverlayOptions
  readonly #clock: Clock
  readonly #network: PeerNetwork
  readonly #table: PeerTable
  readonly #counts = new OverlayCounts()
  readonly diagnostics: Diagnostics
  readonly #revocations: RevocationExchange
  readonly #renewal: Renewal
  readonly #greeting: Greeting
  readonly #dialler: Dialler
  readonly #membership: Membership
  readonly #records: Records
  readonly #door: QuestionDoor
  readonly #clocks: ClockWatch
  readonly #canary: Canary
  readonly #links: SipLinks
  readonly #gaps: PathGaps
  readonly #reachability: Reachability | undefined
  readonly #domainSearch: DomainSearch | undefined
  readonly #remembered: RememberedPeers
  readonly #standing: OwnStanding
  readonly #expulsion: Expulsion
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
    const own = new OwnCredential(credential, credentials)
    const { roles, place } = own.content

    const table = new PeerTable(self, place)
    const counts = this.#counts
    const calls = new PeerCalls(network, clock, counts, {
      answered: (peer) => this.#membership.answered(peer),
      unanswered: (peer) => this.#membership.unanswered(peer),
    })
    this.#table = table
    const random = options.random ?? Math.random
    this.#dialler = new Dialler({ self, table, network, seeds, clock, log, random })
    this.#revocations = new RevocationExchange({
      ...{ book: options.revocations, table, calls, clock, random, log },
      onRevoked: () => this.#expulsion.expelRevoked(),
    })
    this.#renewal = new Renewal({
      ...{ own, table, calls, desk: options.desk, clock, random, log },
      onRenewed: (renewed) => this.#renewed(renewed),
    })
    this.#membership = new Membership({
      ...{ self, table, calls, dialler: this.#dialler, network, copies, clock, log, random },
      peersInUse: () => this.#links.peersInUse(),
      revocations: this.#revocations,
      wishedRole: options.role ?? 'peer',
      mayBePeer: roles.includes('peer'),
      freeMemory: options.freeMemory ?? (() => undefined),
    })
    this.#reachability =
      network.reach &&
      new Reachability({
        ...{ reach: network.reach, members: table, calls, clock, log, random },
        pathsTo: (peer) => network.paths?.(peer) ?? [],
      })
    this.#greeting = new Greeting({
      members: this.#membership,
      observer: {
        observed: (peer) => network.reach?.observed(peer),
        observedBy: (peer, address) => this.#reachability?.observedBy(peer, address),
      },
      overlay: domain,
      own,
      credentials,
      table,
      calls,
      network,
      clock,
      log,
    })
    const records = new Records({
      ...{ self, overlay: domain, key, credential: own, credentials, copies },
      cacheLimits: options.cacheLimits ?? usualCacheLimits,
      storeLimits: options.storeLimits ?? usualStoreLimits,
      ...{ table, calls, counts, clock, log, random },
    })
    const { held } = records
    this.#records = records
    const stopwatch = () => performance.now()
    const survey = new CopySurvey({ self, overlay: domain, credentials, held, calls, clock, stopwatch })
    this.diagnostics = new Diagnostics({
      ...{ self, domain, copies, table, calls, survey, network, stopwatch },
      state: () => this.health().state,
    })
    const service = new PeerService({
      ...{ overlay: domain, credentials, desk: options.desk, greeting: this.#greeting },
      ...{ membership: this.#membership, revocations: this.#revocations },
      dialBack: new DialBack(network.reach, clock),
      ...{ held, records, witness: new Witness({ self, copies, table, survey, clock }), counts, clock, log },
      view: () => ({ state: this.health().state, sees: this.diagnostics.sees() }),
    })
    this.#door = new QuestionDoor({
      ...{ table, guests: this.#greeting, room: service, clock, log },
      drop: (peer) => network.drop(peer),
    })
    this.#clocks = new ClockWatch(table, log)
    this.#canary = new Canary({ self, table, records: records.locations, calls, clock, log })
    this.#links = new SipLinks((peer, signal) => this.#openStream(peer, signal), clock, log)
    this.#gaps = new PathGaps(table, clock)
    this.#domainSearch =
      options.findPublished &&
      new DomainSearch({
        find: options.findPublished,
        isAlone: () => table.members().length === 0,
        found: ({ peer, addresses }) => this.#found(peer, addresses, 'dns'),
        ...{ clock, log },
      })
    this.#standing = new OwnStanding({
      ...{ domain, own, credentials, table, network, records, counts, clock },
      ...{ dialler: this.#dialler, membership: this.#membership, greeting: this.#greeting },
      ...{ renewal: this.#renewal, canary: this.#canary, clocks: this.#clocks, book: options.revocations },
    })
    this.#expulsion = new Expulsion({ credentials, table, network, records, log })
    this.#remembered = new RememberedPeers(table, options.memory, clock)
    table.onChange(() => this.#peersChanged())
  }

  async start(): Promise<void> {
    this.#standing.start()
    this.#remembered.recall()
    await this.#network.open({
      connected: (peer, addresses) => this.#connected(peer, addresses),
      disconnected: (peer, isPathLost) => this.#disconnected(peer, isPathLost),
      moved: (isOtherNetwork) => this.#moved(isOtherNetwork),
      isMember: (peer) => this.#table.isMember(peer),
      found: (peer, addresses, foundBy) => this.#found(peer, addresses, foundBy),
      request: (peer, message) => this.#door.answer(peer, message),
      stream: (peer, stream) => void this.#acceptStream(peer, stream),
    })
    this.#dialler.start()
    this.#domainSearch?.start()
    this.#reachability?.start()
    this.#membership.start()
    this.#revocations.start()
    this.#renewal.start()
    this.#records.start()
    this.#canary.start()
    this.#keepHouse()
  }

  async stop(): Promise<void> {
    this.#housekeeping?.cancel()
    this.#canary.stop()
    this.#domainSearch?.stop()
    this.#reachability?.stop()
    this.#membership.stop()
    this.#revocations.stop()
    this.#renewal.stop()
    await this.#dialler.stop()
    await this.#links.close()
    await this.#network.close()
    this.#remembered.stop()
    await this.#records.stop()
  }

  async store(
    kind: RecordKind,
    resource: string,
    value: Uint8Array,
    lifetimeSeconds: number,
  ): Promise<StoreReceipt> {
    const { holders, wanted } = await this.#records.locations.store(kind, resource, value, lifetimeSeconds)
    return { holders: holders.map((peer) => printPeerName(peer, this.domain)), wanted }
  }

  async fetch(
    kind: RecordKind,
    resource: string,
    signal: AbortSignal,
    newerThan?: number,
  ): Promise<readonly OverlayRecord[]> {
    const found = await this.#records.fetch(kind, resource, signal, newerThan)
    return found.map(({ value, storedAt, lifetimeSeconds, signer }) => ({
      ...{ kind, resource, value, storedAt, lifetimeSeconds },
      signer: printPeerName(signer, this.domain),
    }))
  }

  remove(kind: RecordKind, resource: string): Promise<void> {
    return this.#records.locations.remove(kind, resource)
  }

  peers(): readonly PeerView[] {
    return this.#table.enrolled().map(({ peer, addresses, state, roundTripMs, since, foundBy, role }) => ({
      peerName: printPeerName(peer, this.domain),
      ...{ addresses, connected: state === 'member', roundTripMs, since, foundBy, role },
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
    return this.#standing.health()
  }

  async proveNow(): Promise<OverlayHealth> {
    await this.#canary.proveNow()
    return this.health()
  }

  status(): OverlayStatus {
    return this.#standing.status()
  }

  figures(): OverlayFigures {
    return this.#counts.figures
  }

  onPeerChange(listener: () => void): () => void {
    return this.#table.onChange(listener)
  }

  #renewed(credential: Uint8Array): void {
    try {
      this.#options.keepCredential?.(credential)
    } catch (error) {
      // It is good until the restart, and then there is time to get another one.
      this.#options.log.error({ reason: (error as Error).message }, 'a renewed credential cannot be kept')
    }
    void this.#greeting.showCredential()
  }

  #connected(peer: PeerId, addresses: readonly string[]): void {
    this.#table.learn(peer, addresses, 'inbound', this.#clock.now())
    if (!this.#table.get(peer)) this.#makeRoomFor(peer, addresses)
    if (this.#table.get(peer)) this.#greeting.begin(peer)
    else this.#network.drop(peer)
  }

  // Strangers may not keep a box of the overlay out.
  #makeRoomFor(peer: PeerId, addresses: readonly string[]): void {
    const stranger = this.#table.oldestStranger()
    if (stranger === undefined) return
    this.#network.drop(stranger)
    this.#disconnected(stranger)
    this.#table.learn(peer, addresses, 'inbound', this.#clock.now())
  }

  #moved(isOtherNetwork: boolean): void {
    if (isOtherNetwork) this.#reachability?.moved()
    this.#membership.moved(isOtherNetwork)
  }

  #disconnected(peer: PeerId, isPathLost = false): void {
    if (isPathLost) this.#gaps.lost(peer)
    const before = this.#table.setState(peer, 'away', this.#clock.now())
    if (before === 'member') {
      this.#options.log.info({ overlay: this.domain, peer }, 'a box was lost')
      this.#dialler.lost(peer)
    }
    this.#table.forgetStranger(peer)
  }

  #found(peer: PeerId | undefined, addresses: readonly string[], foundBy: FoundBy): void {
    if (!peer) this.#dialler.suggest(addresses, foundBy)
    else if (this.#table.learn(peer, addresses, foundBy, this.#clock.now())) this.#dialler.look()
  }

  async #acceptStream(peer: PeerId, stream: Duplex): Promise<void> {
    stream.on('error', (error) => this.#options.log.debug({ peer, reason: error.message }, 'a link was cut'))
    if (await this.#greeting.isMember(peer)) this.#links.accept(peer, stream)
    else stream.destroy()
  }

  async #openStream(peer: PeerId, signal: AbortSignal): Promise<Duplex> {
    return this.#gaps.across(peer, () => this.#network.openStream(peer, signal), signal)
  }

  #peersChanged(): void {
    this.#records.peersChanged()
    this.#canary.peersChanged()
    this.#dialler.look()
    this.#reachability?.peersChanged()
    this.#remembered.changed()
    this.#counts.members(this.#table.members().map(({ peer }) => peer))
    this.#standing.peersChanged()
  }

  #keepHouse(): void {
    this.#records.sweep()
    this.#clocks.look()
    this.#housekeeping = this.#clock.after(housekeepingMilliseconds, () => this.#keepHouse())
  }
}
