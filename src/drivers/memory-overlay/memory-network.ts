import { type Duplex, duplexPair } from 'node:stream'
import { PeerUnreachable } from '../../overlay/overlay-errors.ts'
import type { PeerId } from '../../overlay/protocol/peer-id.ts'
import type { PeerNetwork, PeerNetworkEvents } from '../../overlay/protocol/peer-network.ts'

const scheme = 'memory:'

/** A network inside this process: messages take no time and are never lost. */
export class MemoryNetwork {
  readonly #ports = new Map<PeerId, MemoryPort>()

  /** A place for one box. */
  port(self: PeerId): MemoryPort {
    return new MemoryPort(self, this)
  }

  attach(port: MemoryPort): void {
    this.#ports.set(port.self, port)
  }

  detach(port: MemoryPort): void {
    if (this.#ports.get(port.self) === port) this.#ports.delete(port.self)
  }

  find(address: string): MemoryPort | undefined {
    return this.#ports.get(address.slice(scheme.length))
  }
}

export class MemoryPort implements PeerNetwork {
  readonly self: PeerId
  readonly #network: MemoryNetwork
  readonly #connected = new Map<PeerId, MemoryPort>()
  readonly #streams = new Map<PeerId, Set<Duplex>>()
  #events: PeerNetworkEvents | undefined

  constructor(self: PeerId, network: MemoryNetwork) {
    this.self = self
    this.#network = network
  }

  open(events: PeerNetworkEvents): Promise<void> {
    this.#events = events
    this.#network.attach(this)
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#network.detach(this)
    for (const peer of [...this.#connected.keys()]) this.drop(peer)
    return Promise.resolve()
  }

  addresses(): readonly string[] {
    return [`${scheme}${this.self}`]
  }

  dial(peerId: PeerId | undefined, addresses: readonly string[], signal: AbortSignal): Promise<PeerId> {
    if (signal.aborted) return Promise.reject(signal.reason)
    const other = addresses
      .map((address) => this.#network.find(address))
      .find((port) => port && port !== this && (peerId === undefined || port.self === peerId))
    if (!other) return Promise.reject(new PeerUnreachable(`nobody is at ${addresses.join(', ')}`))
    if (!this.#connected.has(other.self)) {
      this.connect(other, other.addresses())
      other.connect(this, [])
    }
    return Promise.resolve(other.self)
  }

  async request(peer: PeerId, message: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const other = this.#connectionTo(peer)
    const gone = new Promise<never>((_, reject) => {
      if (signal.aborted) reject(signal.reason)
      else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    const reply = await Promise.race([other.answer(this.self, message), gone])
    this.#connectionTo(peer)
    return reply
  }

  openStream(peer: PeerId): Promise<Duplex> {
    const [near, far] = duplexPair()
    const other = this.#connectionTo(peer)
    near.once('close', () => far.destroy())
    far.once('close', () => near.destroy())
    this.#keep(peer, near)
    other.receiveStream(this.self, far)
    return Promise.resolve(near)
  }

  drop(peer: PeerId): void {
    const other = this.#connected.get(peer)
    this.disconnect(peer)
    other?.disconnect(this.self)
  }

  connect(other: MemoryPort, addresses: readonly string[]): void {
    this.#connected.set(other.self, other)
    queueMicrotask(() => {
      if (this.#connected.get(other.self) === other) this.#events?.connected(other.self, addresses)
    })
  }

  disconnect(peer: PeerId): void {
    if (!this.#connected.delete(peer)) return
    for (const stream of this.#streams.get(peer) ?? []) stream.destroy()
    this.#streams.delete(peer)
    this.#events?.disconnected(peer)
  }

  answer(peer: PeerId, message: Uint8Array): Promise<Uint8Array> {
    if (!this.#events) return Promise.reject(new PeerUnreachable('the box does not listen yet'))
    return this.#events.request(peer, message)
  }

  receiveStream(peer: PeerId, stream: Duplex): void {
    this.#keep(peer, stream)
    this.#events?.stream(peer, stream)
  }

  #connectionTo(peer: PeerId): MemoryPort {
    const other = this.#connected.get(peer)
    if (!other) throw new PeerUnreachable('the box is not connected')
    return other
  }

  #keep(peer: PeerId, stream: Duplex): void {
    const streams = this.#streams.get(peer) ?? new Set()
    this.#streams.set(peer, streams.add(stream))
    stream.once('close', () => streams.delete(stream))
  }
}
