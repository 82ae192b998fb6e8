import type { Duplex } from 'node:stream'
import { PeerUnreachable } from '../../src/overlay/overlay-errors.ts'
import type { PeerId } from '../../src/overlay/protocol/peer-id.ts'
import type { PeerNetwork, PeerNetworkEvents } from '../../src/overlay/protocol/peer-network.ts'
import { lookInto } from './seen-question.ts'
import type { ConnectionEnd, Machine } from './simulated-connection.ts'
import { dial } from './simulated-dial.ts'
import type { SimulatedNetwork } from './simulated-network.ts'
import { TrafficMeter } from './traffic-meter.ts'

/** A machine in the simulated network, and what its box's overlay needs of it. Carries no SIP. */
export class SimulatedHost implements PeerNetwork, Machine {
  readonly self: PeerId
  readonly traffic = new TrafficMeter()
  readonly #address: string
  readonly #network: SimulatedNetwork
  readonly #connections = new Map<PeerId, Set<ConnectionEnd>>()
  #events: PeerNetworkEvents | undefined
  #isPowered = true
  /** Ends what the process has begun, when it ends itself. */
  #life = new AbortController()

  constructor(self: PeerId, address: string, network: SimulatedNetwork) {
    this.self = self
    this.#address = address
    this.#network = network
  }

  get name(): string {
    return this.self
  }

  get isPowered(): boolean {
    return this.#isPowered
  }

  /** A process is there to take a connection. */
  get isListening(): boolean {
    return this.#events !== undefined
  }

  open(events: PeerNetworkEvents): Promise<void> {
    this.#isPowered = true
    this.#life = new AbortController()
    this.#events = events
    return Promise.resolve()
  }

  close(): Promise<void> {
    for (const end of this.#ends()) end.close()
    this.#forgetProcess()
    return Promise.resolve()
  }

  /** The process is killed. */
  kill(): void {
    for (const end of this.#ends()) end.orphan()
    this.#forgetProcess()
  }

  /** The machine is off. */
  losePower(): void {
    this.#isPowered = false
    for (const end of this.#ends()) end.vanish()
    this.#forgetProcess()
  }

  addresses(): readonly string[] {
    return [this.#address]
  }

  async dial(peerId: PeerId | undefined, addresses: readonly string[], signal: AbortSignal): Promise<PeerId> {
    if (!this.isListening) throw new PeerUnreachable('this box is not in the network')
    const other = addresses
      .map((address) => this.#network.find(address))
      .find((host) => host && host !== this && (peerId === undefined || host.self === peerId))
    if (!other) throw new PeerUnreachable(`nobody is at ${addresses.join(', ')}`)
    if (this.#openEnd(other.self)) return other.self
    const { paths, time } = this.#network
    const whileAlive = AbortSignal.any([signal, this.#life.signal])
    const end = await dial({ from: this, to: other, paths, time, signal: whileAlive }, (far) =>
      other.#connected(this.self, far, []),
    )
    this.#connected(other.self, end, [other.#address])
    return other.self
  }

  async request(peer: PeerId, message: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const end = this.#openEnd(peer)
    const other = this.#network.hostOf(peer)
    if (!end || !other) throw new PeerUnreachable('the box is not connected')
    signal.throwIfAborted()
    const question = lookInto(message)
    this.#network.asked(this.self, question)
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => {
        signal.removeEventListener('abort', abandon)
        forget()
        outcome()
      }
      const abandon = () => settle(() => reject(signal.reason))
      const forget = end.onEnd(() => settle(() => reject(new PeerUnreachable('the box is gone'))))
      signal.addEventListener('abort', abandon, { once: true })
      const answered = (reply: Uint8Array) =>
        end.other?.send(question.type, reply.length, () => settle(() => resolve(reply)))
      end.send(question.type, message.length, () => void other.ask(this.self, message).then(answered))
    })
  }

  /** The box's answer to a member's question. Throws when no process is there. */
  ask(asker: PeerId, question: Uint8Array): Promise<Uint8Array> {
    if (!this.#events) throw new PeerUnreachable('the box is down')
    return this.#events.request(asker, question)
  }

  openStream(): Promise<Duplex> {
    return Promise.reject(new PeerUnreachable('the simulated network carries no SIP'))
  }

  drop(peer: PeerId): void {
    for (const end of [...(this.#connections.get(peer) ?? [])]) end.close()
  }

  #connected(peer: PeerId, end: ConnectionEnd, addresses: readonly string[]): void {
    const events = this.#events
    if (!events || !end.isOpen) {
      end.close()
      return
    }
    const ends = this.#connections.get(peer) ?? new Set()
    this.#connections.set(peer, ends.add(end))
    end.onEnd(() => this.#lost(peer, end))
    if (ends.size === 1) events.connected(peer, addresses)
  }

  #lost(peer: PeerId, end: ConnectionEnd): void {
    const ends = this.#connections.get(peer)
    if (!ends?.delete(end) || ends.size > 0) return
    this.#connections.delete(peer)
    this.#events?.disconnected(peer)
  }

  #openEnd(peer: PeerId): ConnectionEnd | undefined {
    const [end] = this.#connections.get(peer) ?? []
    return end
  }

  #ends(): ConnectionEnd[] {
    return [...this.#connections.values()].flatMap((ends) => [...ends])
  }

  #forgetProcess(): void {
    this.#events = undefined
    this.#connections.clear()
    this.#life.abort(new PeerUnreachable('this box stops'))
  }
}
