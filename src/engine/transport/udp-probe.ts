import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Clock } from '../../lib/clock.ts'
import type { TransportSettings } from './transport-settings.ts'
import type { UdpFlow } from './udp-flow.ts'

const keepAlive = Buffer.from('\r\n\r\n')
const listenForMs = 2_000
const atMostEveryMs = 1_000

/**
 * Finds out that nobody listens at a UDP destination. The kernel tells ICMP errors only to connected sockets, and a
 * connected socket on the SIP port itself would need SO_REUSEADDR, with which any other program could take the port
 * from under us. So a destination that stays silent gets one keep-alive from a connected socket on another port.
 */
export class UdpProbe {
  readonly #settings: TransportSettings
  readonly #clock: Clock
  readonly #onRefused: (flow: UdpFlow, cause: Error) => void
  /** Flows asked of since the last sweep, and those that have waited for a whole interval. */
  #fresh: UdpFlow[] = []
  #ripe: UdpFlow[] = []
  #isSweeping = false
  readonly #sockets = new Set<Socket>()

  constructor(settings: TransportSettings, clock: Clock, onRefused: (flow: UdpFlow, cause: Error) => void) {
    this.#settings = settings
    this.#clock = clock
    this.#onRefused = onRefused
  }

  expectAnswer(flow: UdpFlow): void {
    if (flow.isWatched) return
    flow.isWatched = true
    flow.hasAnswered = false
    this.#fresh.push(flow)
    this.#sweepLater()
  }

  stop(): void {
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
    const now = this.#clock.now()
    for (const flow of this.#ripe) {
      flow.isWatched = false
      const mayProbe = now >= flow.nextProbeAt && this.#sockets.size < this.#settings.maxProbes
      if (flow.hasAnswered || !mayProbe) continue
      flow.nextProbeAt = now + atMostEveryMs
      this.#probe(flow)
    }
    this.#ripe = this.#fresh
    this.#fresh = []
    if (this.#ripe.length > 0) this.#sweepLater()
  }

  #probe(flow: UdpFlow): void {
    const socket = createSocket(isIPv6(flow.remoteAddress) ? 'udp6' : 'udp4')
    this.#sockets.add(socket)
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      this.#close(socket)
      // Only "port unreachable" says that nobody listens; a firewall's other answers may concern this socket alone.
      if (cause.code === 'ECONNREFUSED' && !flow.hasAnswered) this.#onRefused(flow, cause)
    })
    socket.on('connect', () => socket.send(keepAlive))
    socket.bind({ port: 0, address: flow.listeningPoint.address, exclusive: true }, () => {
      if (this.#sockets.has(socket)) socket.connect(flow.remotePort, flow.remoteAddress)
    })
    this.#clock.after(listenForMs, () => this.#close(socket))
  }

  #close(socket: Socket): void {
    if (this.#sockets.delete(socket)) socket.close()
  }
}
