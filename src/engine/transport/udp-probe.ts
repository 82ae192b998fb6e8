import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Clock } from '../../lib/clock.ts'
import type { TransportSettings } from './transport-settings.ts'
import type { UdpFlow } from './udp-flow.ts'

const keepAlive = Buffer.from('\r\n\r\n')
const listenForMs = 2_000
const atMostEveryMs = 1_000

/**
 * Finds out that nobody listens at a UDP destination. The kernel tells ICMP errors only to connected sockets, so a
 * destination that stays silent gets one keep-alive from a second socket, connected to it, on the same local port: to
 * a NAT or a firewall on the way it is the same flow. Whatever else the far end sends meanwhile arrives there too and
 * is handed on. Both sockets share the port by SO_REUSEPORT, which keeps programs of other users out, unlike
 * SO_REUSEADDR, and any that does not ask for it.
 */
export class UdpProbe {
  readonly #settings: TransportSettings
  readonly #clock: Clock
  readonly #onRefused: (flow: UdpFlow, cause: Error) => void
  /** Flows asked of since the last sweep, and those that have waited for a whole interval. */
  #fresh: UdpFlow[] = []
  #ripe: UdpFlow[] = []
  #isSweeping = false
  #isStopped = false
  readonly #sockets = new Set<Socket>()

  constructor(settings: TransportSettings, clock: Clock, onRefused: (flow: UdpFlow, cause: Error) => void) {
    this.#settings = settings
    this.#clock = clock
    this.#onRefused = onRefused
  }

  expectAnswer(flow: UdpFlow): void {
    if (!flow.canBeProbed || this.#isStopped) return
    flow.isAskedAgain = flow.isWatched
    if (flow.isWatched) return
    flow.isWatched = true
    flow.hasAnswered = false
    this.#fresh.push(flow)
    this.#sweepLater()
  }

  stop(): void {
    this.#isStopped = true
    this.#fresh = []
    this.#ripe = []
    for (const socket of this.#sockets) this.#close(socket)
  }

  #sweepLater(): void {
    if (this.#isSweeping) return
    this.#isSweeping = true
    this.#clock.after(this.#settings.probeAfterMs, () => {
      this.#isSweeping = false
      this.#sweep()
    })
  }

  #sweep(): void {
    for (const flow of this.#ripe) this.#consider(flow)
    this.#ripe = this.#fresh
    this.#fresh = []
    if (this.#ripe.length > 0) this.#sweepLater()
  }

  #consider(flow: UdpFlow): void {
    const waitMs = flow.nextProbeAt - this.#clock.now()
    if (!flow.hasAnswered && waitMs > 0 && !this.#isStopped) {
      // It was alive a moment ago, or slow: that says nothing about the request that waits now.
      this.#clock.after(waitMs, () => this.#consider(flow))
      return
    }
    flow.isWatched = false
    // What answered may have been the last thing that it did.
    if (flow.hasAnswered && flow.isAskedAgain) {
      this.expectAnswer(flow)
      return
    }
    if (flow.hasAnswered || this.#isStopped || this.#sockets.size >= this.#settings.maxProbes) return
    flow.nextProbeAt = this.#clock.now() + atMostEveryMs
    this.#probe(flow)
  }

  #probe(flow: UdpFlow): void {
    const { address, port } = flow.listeningPoint
    const isIPv6Flow = isIPv6(address)
    const socket = createSocket({ type: isIPv6Flow ? 'udp6' : 'udp4', ipv6Only: isIPv6Flow, reusePort: true })
    this.#sockets.add(socket)
    socket.on('message', (data, from) => flow.receive(data, from))
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      // What others sent before the socket was connected may still wait in it.
      this.#clock.after(this.#settings.probeAfterMs, () => this.#close(socket))
      // Only "port unreachable" says that nobody listens; firewalls say other things, and the next packet may pass.
      if (cause.code === 'ECONNREFUSED' && !flow.hasAnswered) this.#onRefused(flow, cause)
    })
    socket.on('connect', () => socket.send(keepAlive))
    socket.bind({ port, address, exclusive: true }, () => {
      if (this.#sockets.has(socket)) socket.connect(flow.remotePort, flow.remoteAddress)
    })
    this.#clock.after(listenForMs, () => this.#close(socket))
  }

  #close(socket: Socket): void {
    if (this.#sockets.delete(socket)) socket.close()
  }
}
