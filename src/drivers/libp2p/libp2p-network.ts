import { createHash } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { Connection, Libp2p, PeerId as Libp2pPeerId, Stream } from '@libp2p/interface'
import { mdns } from '@libp2p/mdns'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import type { SigningKey } from '../../lib/ed25519.ts'
import { PeerUnreachable } from '../../overlay/overlay-errors.ts'
import { type PeerId, peerIdOf } from '../../overlay/peer-id.ts'
import type { PeerNetwork, PeerNetworkEvents } from '../../overlay/peer-network.ts'
import { dialable, fromLibp2p, toLibp2p } from './libp2p-peer.ts'
import { answerQuestions, QuestionStream } from './question-stream.ts'
import { StreamDuplex } from './stream-duplex.ts'

export interface Libp2pNetworkOptions {
  /** Keeps boxes of different overlays apart on a LAN. */
  readonly domain: string
  readonly key: SigningKey
  /** Multiaddresses; none for a box that only dials. */
  readonly listen: readonly string[]
  readonly mdns: boolean
  /** Told once where others may reach this box. */
  readonly onListening?: (addresses: readonly string[]) => void
}

const questions = '/causeway/questions/1'
const links = '/causeway/sip-link/1'
const linksPerPeer = 256
const noBox = 'that is no box of an overlay'

/** libp2p as carrier: TCP, Noise for identity and encryption, yamux for streams, mDNS to find boxes nearby. */
export class Libp2pNetwork implements PeerNetwork {
  readonly self: PeerId
  readonly #options: Libp2pNetworkOptions
  readonly #asking = new Map<PeerId, Promise<QuestionStream>>()
  #node: Libp2p | undefined
  #events: PeerNetworkEvents | undefined

  constructor(options: Libp2pNetworkOptions) {
    this.self = peerIdOf(options.key.publicKey)
    this.#options = options
  }

  async open(events: PeerNetworkEvents): Promise<void> {
    const node = await createLibp2p({
      privateKey: await generateKeyPairFromSeed('Ed25519', this.#options.key.seed()),
      addresses: { listen: [...this.#options.listen] },
      transports: [tcp({ dialOpts: { noDelay: true }, listenOpts: { noDelay: true } })],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      peerDiscovery: this.#options.mdns ? [this.#lanDiscovery(events)] : [],
      services: { identify: identify(), ping: ping() },
      connectionManager: {
        addressDialTimeout: 2_000,
        // Whole sites come from one address, all at once after a power cut.
        inboundConnectionThreshold: 200,
        maxIncomingPendingConnections: 200,
      },
      // The overlay has a pulse of its own.
      connectionMonitor: { enabled: false },
      start: false,
    })
    this.#node = node
    this.#events = events
    await node.handle(questions, (stream, connection) => this.#answer(stream, connection), {
      maxInboundStreams: 4,
      maxOutboundStreams: 4,
    })
    await node.handle(links, (stream, connection) => this.#acceptLink(stream, connection), {
      maxInboundStreams: linksPerPeer,
      maxOutboundStreams: linksPerPeer,
    })
    node.addEventListener('peer:connect', ({ detail }) => this.#connected(node, detail))
    node.addEventListener('peer:disconnect', ({ detail }) => this.#disconnected(detail))
    try {
      await node.start()
    } catch (cause) {
      await this.close()
      const places = this.#options.listen.join(', ')
      const [, problem] = /Error: (listen [^\n]+)/.exec((cause as Error).message) ?? ['', String(cause)]
      throw new Error(`overlay ${this.#options.domain} cannot listen on ${places}: ${problem}`, { cause })
    }
    this.#options.onListening?.(this.addresses())
  }

  async close(): Promise<void> {
    const node = this.#node
    this.#node = undefined
    for (const connection of node?.getConnections() ?? []) connection.abort(new Error('this box stops'))
    await node?.stop()
  }

  addresses(): readonly string[] {
    return forOthers(this.#node?.getMultiaddrs().map(String) ?? [])
  }

  async dial(peerId: PeerId | undefined, addresses: readonly string[], signal: AbortSignal): Promise<PeerId> {
    const places = dialable(peerId, addresses)
    if (places.length === 0) throw new PeerUnreachable(`no usable address in "${addresses.join(', ')}"`)
    const connection = await this.#running().dial(places, { signal })
    const peer = fromLibp2p(connection.remotePeer)
    if (!peer) throw new PeerUnreachable(noBox)
    return peer
  }

  async request(peer: PeerId, message: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const stream = await this.#questionStream(peer, signal)
    return stream.ask(message, signal)
  }

  async openStream(peer: PeerId, signal: AbortSignal): Promise<Duplex> {
    const stream = await this.#connectionTo(peer).newStream(links, {
      signal,
      maxOutboundStreams: linksPerPeer,
    })
    if (stream.status !== 'open') throw new PeerUnreachable('the box refused the link')
    return new StreamDuplex(stream)
  }

  drop(peer: PeerId): void {
    for (const connection of this.#node?.getConnections(toLibp2p(peer)) ?? [])
      connection.abort(new Error('the overlay dropped the connection'))
  }

  // libp2p's own event of this kind tells of every peer, however it was met.
  #lanDiscovery(events: PeerNetworkEvents): ReturnType<typeof mdns> {
    const make = mdns({ serviceTag: serviceTag(this.#options.domain) })
    return (components) => {
      const discovery = make(components)
      discovery.addEventListener('peer', ({ detail: { id, multiaddrs } }) => {
        const peer = fromLibp2p(id)
        if (peer) events.found(peer, forOthers(multiaddrs.map(String)), 'mdns')
      })
      return discovery
    }
  }

  // One stream per peer carries all questions: opening one for each would cost more than asking.
  async #questionStream(peer: PeerId, signal: AbortSignal): Promise<QuestionStream> {
    const present = this.#asking.get(peer)
    if (present) {
      const stream = await present
      if (stream.isOpen) return stream
      if (this.#asking.get(peer) === present) this.#asking.delete(peer)
      return this.#questionStream(peer, signal)
    }
    const opening = this.#connectionTo(peer)
      .newStream(questions, { signal })
      .then((stream) => new QuestionStream(new StreamDuplex(stream)))
    this.#asking.set(peer, opening)
    opening.catch(() => {
      if (this.#asking.get(peer) === opening) this.#asking.delete(peer)
    })
    return opening
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

  #connected(node: Libp2p, remote: Libp2pPeerId): void {
    const peer = fromLibp2p(remote)
    const [connection] = node.getConnections(remote)
    const dialled = connection?.direction === 'outbound' ? [connection.remoteAddr.toString()] : []
    if (peer) this.#events?.connected(peer, dialled)
    else connection?.abort(new Error(noBox))
  }

  #disconnected(remote: Libp2pPeerId): void {
    const peer = fromLibp2p(remote)
    if (!peer) return
    const asking = this.#asking.get(peer)
    this.#asking.delete(peer)
    asking?.then(
      (stream) => stream.close(),
      () => undefined,
    )
    this.#events?.disconnected(peer)
  }

  #connectionTo(peer: PeerId): Connection {
    const connection = this.#running()
      .getConnections(toLibp2p(peer))
      .find(({ status }) => status === 'open')
    if (!connection) throw new PeerUnreachable('the box is not connected')
    return connection
  }

  #running(): Libp2p {
    if (!this.#node) throw new PeerUnreachable('this box is not in the network')
    return this.#node
  }
}

/** Loopback addresses lead another machine to itself; they stay only when there are no others. */
function forOthers(addresses: readonly string[]): readonly string[] {
  const reachable = addresses.filter((address) => !/^\/(ip4\/127\.|ip6\/::1\/)/.test(address))
  return reachable.length > 0 ? reachable : addresses
}

function serviceTag(domain: string): string {
  const mark = createHash('sha256').update(domain).digest('hex').slice(0, 8)
  return `_causeway-${mark}._udp.local`
}
