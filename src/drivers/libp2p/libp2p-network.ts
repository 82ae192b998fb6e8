import type { Duplex } from 'node:stream'
import type { Connection, PeerId as Libp2pPeerId, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { type Clock, systemClock, type Timer } from '../../lib/clock.ts'
import type { SigningKey } from '../../lib/ed25519.ts'
import { type Log, silentLog } from '../../lib/log.ts'
import { machineInterfaces } from '../../lib/machine-interfaces.ts'
import type { NetworkReach } from '../../overlay/membership/network-reach.ts'
import { PeerUnreachable } from '../../overlay/overlay-errors.ts'
import { type PeerId, peerIdOf } from '../../overlay/protocol/peer-id.ts'
import type { PeerNetwork, PeerNetworkEvents, PeerPath } from '../../overlay/protocol/peer-network.ts'
import { AnnouncedAddresses } from './announced-addresses.ts'
import { ConnectionProbe } from './connection-probe.ts'
import { raceDials } from './dial-race.ts'
import { DirectDial } from './direct-dial.ts'
import { DirectPaths } from './direct-paths.ts'
import { HolePunch, mirrorProtocol, punchProtocol, showMirror } from './hole-punch.ts'
import { KnockLimit } from './knock-limit.ts'
import { LanSearch } from './lan-search.ts'
import type { CausewayNode } from './libp2p-node.ts'
import { dialable, fromLibp2p, toLibp2p } from './libp2p-peer.ts'
import { Libp2pReach } from './libp2p-reach.ts'
import { type Interfaces, OwnAddresses } from './own-addresses.ts'
import { PeerConnections } from './peer-connections.ts'
import { answerQuestions } from './question-stream.ts'
import { QuestionStreams, questionProtocol } from './question-streams.ts'
import { relayRules } from './relay-rules.ts'
import { RelaySeats } from './relay-seats.ts'
import { StreamDuplex } from './stream-duplex.ts'

export interface Libp2pNetworkOptions {
  /** Keeps boxes of different overlays apart on a LAN. */
  readonly domain: string
  readonly key: SigningKey
  /** Multiaddresses; none for a box that only dials. */
  readonly listen: readonly string[]
  readonly mdns: boolean
  /** Addresses of this box that it cannot find out by itself. */
  readonly announce?: readonly string[]
  /** Told at the start, and whenever they are others, where this box may be reached. */
  readonly onAddresses?: (addresses: readonly string[]) => void
  readonly interfaces?: () => Interfaces
  readonly clock?: Clock
  readonly log?: Log
}

const links = '/causeway/sip-link/1'
const linksPerPeer = 256
const tidyEvery = 5_000
const noBox = 'that is no box of an overlay'

/** libp2p as carrier: TCP, Noise for identity and encryption, yamux for streams, relays, mDNS to find boxes nearby. */
export class Libp2pNetwork implements PeerNetwork {
  readonly self: PeerId
  readonly reach: NetworkReach
  readonly #options: Libp2pNetworkOptions
  readonly #clock: Clock
  readonly #questions: QuestionStreams
  readonly #probe: ConnectionProbe
  readonly #connections: PeerConnections
  readonly #own: OwnAddresses
  readonly #seats: RelaySeats
  readonly #directPaths: DirectPaths
  readonly #reach: Libp2pReach
  readonly #announced: AnnouncedAddresses
  readonly #lan: LanSearch | undefined
  readonly #holes: HolePunch
  readonly #directDial: DirectDial
  #node: CausewayNode | undefined
  #events: PeerNetworkEvents | undefined
  #tidying: Timer | undefined

  constructor(options: Libp2pNetworkOptions) {
    const { clock = systemClock, log = silentLog, interfaces = machineInterfaces } = options
    this.self = peerIdOf(options.key.publicKey)
    this.#options = options
    this.#clock = clock
    const node = () => this.#node
    this.#connections = new PeerConnections(node)
    this.#questions = new QuestionStreams(this.#connections)
    this.#probe = new ConnectionProbe(questionProtocol, clock)
    this.#own = new OwnAddresses({
      ...{ listen: options.listen, interfaces, clock },
      changed: (hasLost) => this.#interfacesChanged(hasLost),
    })
    const connections = this.#connections
    this.#seats = new RelaySeats({ node, connections, clock, log, changed: () => this.#tellAddresses(false) })
    this.#holes = new HolePunch({
      ...{ node, connections, clock, log },
      listener: () => this.#own.listener(),
      isMember: (peer) => this.#events?.isMember?.(peer) ?? false,
    })
    this.#directDial = new DirectDial({
      ...{ self: this.self, node, holes: this.#holes, clock },
      race: (places, signal) => this.#race(places, signal),
    })
    this.#directPaths = new DirectPaths({
      ...{ connections, clock, log },
      dial: (peer, signal) => this.#directDial.to(peer, signal),
      hasLinks: (connection) => connection.streams.some(({ protocol }) => protocol === links),
    })
    this.#reach = new Libp2pReach({
      ...{ connections, own: this.#own, seats: this.#seats, node, clock },
      changed: () => this.#tellAddresses(false),
    })
    this.reach = this.#reach
    const { announce: given = [] } = options
    this.#announced = new AnnouncedAddresses({
      given,
      own: this.#own,
      reach: this.#reach,
      seats: this.#seats,
    })
    this.#lan = options.mdns
      ? new LanSearch({
          ...{ domain: options.domain, self: this.self, interfaces, clock, log },
          addresses: () => this.#own.all(),
          isAlone: () => (this.#node?.getPeers().length ?? 0) === 0,
          found: (peer, addresses) => this.#events?.found(peer, addresses, 'mdns'),
        })
      : undefined
  }

  async open(events: PeerNetworkEvents): Promise<void> {
    const { domain, key, listen } = this.#options
    const isMember = (peer: PeerId) => events.isMember?.(peer) ?? false
    const knocks = new KnockLimit(this.#clock)
    // A box without an overlay has no need of it: 37 MB, and half a second of its start.
    const { createNode } = await import('./libp2p-node.ts')
    const node = await createNode({
      ...{ key, listen },
      gater: { ...relayRules(isMember), denyInboundConnection: (knock) => knocks.isTooMuch(knock) },
    })
    this.#node = node
    this.#events = events
    await node.handle(questionProtocol, (stream, connection) => this.#answer(stream, connection), {
      maxInboundStreams: 4,
      maxOutboundStreams: 4,
      runOnLimitedConnection: true,
    })
    await node.handle(links, (stream, connection) => this.#acceptLink(stream, connection), {
      maxInboundStreams: linksPerPeer,
      maxOutboundStreams: linksPerPeer,
      runOnLimitedConnection: true,
    })
    await node.handle(mirrorProtocol, showMirror, { maxInboundStreams: 2 })
    await node.handle(punchProtocol, (stream, connection) => this.#holes.answer(stream, connection), {
      maxInboundStreams: 2,
      runOnLimitedConnection: true,
    })
    let isPathLost = false
    node.addEventListener('connection:open', ({ detail }) => {
      this.#opened(detail)
      detail.addEventListener('close', (ending) => {
        isPathLost = detail.status === 'aborted' && !isEndedByFarEnd(ending.error)
        const peer = fromLibp2p(detail.remotePeer)
        if (peer && isMember(peer)) knocks.memberAt(detail.remoteAddr)
      })
    })
    node.addEventListener('peer:connect', ({ detail }) => this.#connected(detail))
    // libp2p tells of the peer before the last connection has told why it ended.
    node.addEventListener('peer:disconnect', ({ detail }) =>
      queueMicrotask(() => this.#disconnected(detail, isPathLost)),
    )
    try {
      await node.start()
    } catch (cause) {
      await this.close()
      const places = this.#options.listen.join(', ')
      const [, problem] = /Error: (listen [^\n]+)/.exec((cause as Error).message) ?? ['', String(cause)]
      throw new Error(`overlay ${domain} cannot listen on ${places}: ${problem}`, { cause })
    }
    this.#own.start(node.getMultiaddrs().map(String))
    if (this.#announced.haveChanged()) this.#options.onAddresses?.(this.addresses())
    this.#lan?.start()
    this.#tidy()
  }

  async close(): Promise<void> {
    const node = this.#node
    this.#node = undefined
    this.#own.stop()
    this.#lan?.stop()
    this.#tidying?.cancel()
    for (const connection of node?.getConnections() ?? []) connection.abort(new Error('this box stops'))
    await node?.stop()
  }

  addresses(): readonly string[] {
    return this.#node ? this.#announced.all() : []
  }

  async dial(peerId: PeerId | undefined, addresses: readonly string[], signal: AbortSignal): Promise<PeerId> {
    if (peerId !== undefined) {
      if (this.#connections.to(peerId).length > 0) return peerId
      this.#directDial.note(peerId, addresses)
    }
    const places = dialable(peerId, addresses)
    if (places.length === 0) throw new PeerUnreachable(`no usable address in "${addresses.join(', ')}"`)
    const connection = await this.#race(places, signal)
    const peer = fromLibp2p(connection.remotePeer)
    if (!peer) throw new PeerUnreachable(noBox)
    // Whoever was at an unknown box's address may be connected already.
    const [best] = this.#connections.to(peer)
    if (best?.direct && best !== connection) connection.abort(new Error('the box is connected already'))
    return peer
  }

  async request(peer: PeerId, message: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const stream = await this.#questions.to(peer, signal)
    try {
      return await stream.ask(message, signal)
    } catch (error) {
      if (signal.aborted) this.#doubt(peer)
      throw error
    }
  }

  async openStream(peer: PeerId, signal: AbortSignal): Promise<Duplex> {
    const stream = await this.#connections.best(peer).newStream(links, {
      signal,
      maxOutboundStreams: linksPerPeer,
      runOnLimitedConnection: true,
    })
    if (stream.status !== 'open') throw new PeerUnreachable('the box refused the link')
    return new StreamDuplex(stream)
  }

  drop(peer: PeerId, silentForMs?: number): void {
    const newest = silentForMs === undefined ? Number.POSITIVE_INFINITY : this.#clock.now() - silentForMs
    for (const connection of this.#node?.getConnections(toLibp2p(peer)) ?? [])
      if (connection.timeline.open <= newest)
        connection.abort(new Error('the overlay dropped the connection'))
  }

  reachability(): 'direct' | 'relayed' | undefined {
    return this.#reach.state
  }

  paths(peer: PeerId): readonly PeerPath[] {
    return this.#connections.paths(peer)
  }

  #answer(stream: Stream, connection: Connection): void {
    const peer = fromLibp2p(connection.remotePeer)
    const events = this.#events
    if (!peer || !events) stream.abort(new Error(noBox))
    else answerQuestions(new StreamDuplex(stream), (message) => events.request(peer, message))
  }

  #acceptLink(stream: Stream, connection: Connection): void {
    const peer = fromLibp2p(connection.remotePeer)
    if (!peer || !this.#events) stream.abort(new Error(noBox))
    else this.#events.stream(peer, new StreamDuplex(stream))
  }

  #opened(connection: Connection): void {
    const peer = fromLibp2p(connection.remotePeer)
    if (peer) this.#questions.opened(peer, connection)
  }

  #connected(remote: Libp2pPeerId): void {
    const peer = fromLibp2p(remote)
    const [connection] = this.#node?.getConnections(remote) ?? []
    const dialled = connection?.direction === 'outbound' ? [this.#connections.placeOf(connection)] : []
    if (peer) this.#events?.connected(peer, dialled)
    else connection?.abort(new Error(noBox))
  }

  #disconnected(remote: Libp2pPeerId, isPathLost: boolean): void {
    // What libp2p keeps of a stranger would be kept for ever.
    void this.#node?.peerStore.delete(remote).catch(() => undefined)
    const peer = fromLibp2p(remote)
    if (!peer) return
    this.#questions.close(peer)
    this.#directDial.forget(peer)
    this.#events?.disconnected(peer, isPathLost)
  }

  #race(places: readonly Multiaddr[], signal: AbortSignal): Promise<Connection> {
    const { transports } = this.#running().services
    return raceDials({
      places,
      dial: (place, bound) => transports.dial(place, { signal: bound }),
      discard: (late) => late.abort(new Error('another address was quicker')),
      ...{ signal, clock: this.#clock },
    })
  }

  /** No answer on one of several connections: those that lead nowhere end, and streams move to the others. */
  #doubt(peer: PeerId): void {
    const connections = this.#connections.to(peer)
    if (connections.length < 2) return
    for (const connection of connections) void this.#probe.try(connection)
  }

  /** An uplink went or came: connections over one that went are dead, though nothing says so. */
  #interfacesChanged(hasLost: boolean): void {
    const doubtful = hasLost ? (this.#node?.getConnections() ?? []) : []
    for (const connection of doubtful) if (connection.direct) void this.#probe.try(connection)
    this.#lan?.look()
    this.#directPaths.hurry()
    this.#tellAddresses(true)
  }

  #tellAddresses(isOtherNetwork: boolean): void {
    if (!this.#node || !this.#announced.haveChanged()) return
    this.#options.onAddresses?.(this.addresses())
    this.#events?.moved?.(isOtherNetwork)
  }

  #tidy(): void {
    this.#directPaths.look()
    void this.#seats.look()
    this.#tidying = this.#clock.after(tidyEvery, () => this.#tidy())
  }

  #running(): CausewayNode {
    if (!this.#node) throw new PeerUnreachable('this box is not in the network')
    return this.#node
  }
}

/** The far end's system ended the connection: its process is gone. EPIPE when that met something on its way there. */
function isEndedByFarEnd(error: Error | undefined): boolean {
  const { code = '' } = (error ?? {}) as NodeJS.ErrnoException
  return ['ECONNRESET', 'EPIPE'].includes(code)
}
