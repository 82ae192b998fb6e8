import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { LinkEnd, SipPoint } from './overlay.ts'
import { TooManyLinks } from './overlay-errors.ts'
import type { PeerId } from './protocol/peer-id.ts'

export interface LinkLimits {
  /** Peers with a local end at the same time. */
  readonly localEnds: number
  /** TCP connections, in and out together. */
  readonly connections: number
  /** Of these, with one peer: a box that goes wild takes only its own share. */
  readonly connectionsPerPeer: number
  readonly idleMilliseconds: number
}

export const usualLinkLimits: LinkLimits = {
  localEnds: 256,
  connections: 1_024,
  connectionsPerPeer: 256,
  idleMilliseconds: 3_600_000,
}

/** Long enough for another path to a peer whose uplink failed, shorter than SIP's own patience. */
const openWithin = 5_000

interface LocalEnd {
  readonly server: Server
  readonly ready: Promise<LinkEnd>
  readonly connections: Set<Socket>
  idle: Timer
}

/**
 * SIP between two boxes over the overlay's streams. Out: a loopback TCP port per peer, one stream per connection. In:
 * each stream becomes a TCP connection to this box's own SIP engine. A connection and its stream live and die together.
 */
export class SipLinks {
  readonly #openStream: (peer: PeerId, signal: AbortSignal) => Promise<Duplex>
  readonly #clock: Clock
  readonly #log: Log
  readonly #limits: LinkLimits
  readonly #localEnds = new Map<PeerId, LocalEnd>()
  readonly #peerByPort = new Map<number, PeerId>()
  /** Every TCP connection, and whom it is with. */
  readonly #sockets = new Map<Socket, PeerId>()
  #sip: SipPoint | undefined

  constructor(
    openStream: (peer: PeerId, signal: AbortSignal) => Promise<Duplex>,
    clock: Clock,
    log: Log,
    limits: LinkLimits = usualLinkLimits,
  ) {
    this.#openStream = openStream
    this.#clock = clock
    this.#log = log
    this.#limits = limits
  }

  serveSipAt(point: SipPoint): void {
    this.#sip = point
  }

  peerOfLink(localPort: number): PeerId | undefined {
    return this.#peerByPort.get(localPort)
  }

  /** Peers with a connection, in or out. */
  peersInUse(): ReadonlySet<PeerId> {
    return new Set(this.#sockets.values())
  }

  /** Throws `TooManyLinks`. */
  localEnd(peer: PeerId): Promise<LinkEnd> {
    const present = this.#localEnds.get(peer)
    if (present) {
      this.#closeWhenIdle(peer, present)
      return present.ready
    }
    if (this.#localEnds.size >= this.#limits.localEnds && !this.#closeAnIdleOne())
      return Promise.reject(new TooManyLinks(this.#limits.localEnds))
    return this.#listen(peer).ready
  }

  /** Carries an inbound stream of a member to the SIP engine. */
  accept(peer: PeerId, stream: Duplex): void {
    if (!this.#sip || this.#isFull(peer)) {
      this.#log.warn({ peer, connections: this.#sockets.size }, 'a SIP link was refused')
      stream.destroy()
      return
    }
    const socket = connect({ host: this.#sip.sipAddress, port: this.#sip.sipPort, noDelay: true })
    this.#sockets.set(socket, peer)
    let port: number | undefined
    socket.once('connect', () => {
      port = socket.localPort
      if (port !== undefined) this.#peerByPort.set(port, peer)
      void this.#join(peer, socket, stream)
    })
    // Until joined, nobody else listens for trouble.
    socket.once('error', (error) => stream.destroy(error))
    stream.once('error', () => socket.destroy())
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (port !== undefined) this.#peerByPort.delete(port)
      stream.destroy()
    })
  }

  /** Ends the local ends of peers that are gone for good; their ports are not to answer for somebody else. */
  close(): Promise<void> {
    for (const peer of [...this.#localEnds.keys()]) this.#closeLocalEnd(peer)
    for (const socket of this.#sockets.keys()) socket.destroy()
    return Promise.resolve()
  }

  #listen(peer: PeerId): LocalEnd {
    const connections = new Set<Socket>()
    const server = createServer({ noDelay: true }, (socket) => {
      connections.add(socket)
      socket.once('close', () => connections.delete(socket))
      void this.#carry(peer, socket)
    })
    const ready = new Promise<LinkEnd>((resolve, reject) => {
      server.once('error', (error) => {
        this.#localEnds.delete(peer)
        reject(error)
      })
      server.listen({ host: '127.0.0.1', port: 0 }, () => {
        resolve({ address: '127.0.0.1', port: (server.address() as AddressInfo).port })
      })
    })
    server.unref()
    const end: LocalEnd = { server, ready, connections, idle: { cancel: () => undefined } }
    this.#localEnds.set(peer, end)
    this.#closeWhenIdle(peer, end)
    return end
  }

  async #carry(peer: PeerId, socket: Socket): Promise<void> {
    if (this.#isFull(peer)) {
      socket.destroy()
      return
    }
    this.#sockets.set(socket, peer)
    socket.once('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    const bound = new AbortController()
    const timer = this.#clock.after(openWithin, () => bound.abort(new Error(`no stream in ${openWithin} ms`)))
    try {
      const stream = await this.#openStream(peer, bound.signal)
      if (socket.destroyed) stream.destroy()
      else await this.#join(peer, socket, stream)
    } catch (error) {
      // The SIP engine sees a closed connection at once and tries its next target.
      this.#log.info({ peer, reason: (error as Error).message }, 'a SIP link could not be opened')
      socket.destroy()
    } finally {
      timer.cancel()
    }
  }

  async #join(peer: PeerId, socket: Socket, stream: Duplex): Promise<void> {
    try {
      await Promise.all([pipeline(socket, stream), pipeline(stream, socket)])
    } catch (error) {
      this.#log.debug({ peer, reason: (error as Error).message }, 'a SIP link was cut')
    } finally {
      socket.destroy()
      stream.destroy()
    }
  }

  #isFull(peer: PeerId): boolean {
    const { connections, connectionsPerPeer } = this.#limits
    if (this.#sockets.size >= connections) return true
    let withPeer = 0
    for (const other of this.#sockets.values()) if (other === peer) withPeer++
    return withPeer >= connectionsPerPeer
  }

  #closeWhenIdle(peer: PeerId, end: LocalEnd): void {
    end.idle.cancel()
    end.idle = this.#clock.after(this.#limits.idleMilliseconds, () => {
      if (end.connections.size === 0) this.#closeLocalEnd(peer)
      else this.#closeWhenIdle(peer, end)
    })
  }

  #closeAnIdleOne(): boolean {
    for (const [peer, { connections }] of this.#localEnds)
      if (connections.size === 0) {
        this.#closeLocalEnd(peer)
        return true
      }
    return false
  }

  #closeLocalEnd(peer: PeerId): void {
    const end = this.#localEnds.get(peer)
    if (!end) return
    this.#localEnds.delete(peer)
    end.idle.cancel()
    end.server.close()
    for (const socket of end.connections) socket.destroy()
  }
}
