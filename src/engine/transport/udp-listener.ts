import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import type { Log } from '../../lib/log.ts'
import { advertisedHostOf } from './advertised-host.ts'
import type { ListeningPoint } from './flow.ts'
import { ListenError } from './listen-error.ts'
import type { ListenSpec } from './listen-spec.ts'
import type { TransportUser } from './transport-layer.ts'
import type { TransportSettings } from './transport-settings.ts'
import { type DatagramSocket, UdpFlow } from './udp-flow.ts'
import { UdpFlowTable } from './udp-flow-table.ts'

type LookedUp = (error: Error | null, address: string, family: number) => void

/** The shortest thing worth parsing: below it are keep-alives (blank lines, zeros, nothing at all). */
const shortestMessage = 12

/** One UDP socket that SIP is received on and sent from. */
export class UdpListener implements DatagramSocket {
  readonly point: ListeningPoint
  readonly #socket: Socket
  readonly #user: TransportUser
  readonly #flows: UdpFlowTable
  #isClosed = false

  /** Opens the socket. Rejects with a ListenError. */
  static async open(
    spec: ListenSpec,
    user: TransportUser,
    settings: TransportSettings,
    log: Log,
  ): Promise<UdpListener> {
    const socket = createSocket({
      type: isIPv6(spec.address) ? 'udp6' : 'udp4',
      ipv6Only: isIPv6(spec.address),
      lookup: answerNumeric,
    })
    try {
      const isListening = once(socket, 'listening')
      socket.bind({ port: spec.port, address: spec.address, exclusive: true })
      await isListening
    } catch (cause) {
      socket.close()
      throw new ListenError(spec, cause as NodeJS.ErrnoException)
    }
    socket.setRecvBufferSize(settings.udpBufferBytes)
    socket.setSendBufferSize(settings.udpBufferBytes)
    return new UdpListener(spec, socket, user, settings.maxUdpFlows, log)
  }

  private constructor(spec: ListenSpec, socket: Socket, user: TransportUser, maxFlows: number, log: Log) {
    const port = socket.address().port
    this.point = {
      transport: 'udp',
      address: spec.address,
      port,
      advertisedHost: advertisedHostOf(spec),
      advertisedPort: spec.advertisedPort ?? port,
    }
    this.#socket = socket
    this.#user = user
    this.#flows = new UdpFlowTable(maxFlows)
    socket.on('message', (data, from) => this.#receive(data, from))
    // Sending reports its errors to its flow; what comes here does not end the socket.
    socket.on('error', (cause) => log.warn({ ...this.point, cause }, 'udp socket error'))
  }

  flowTo(address: string, port: number): UdpFlow {
    const known = this.#flows.find(address, port)
    if (known) return known
    const flow = new UdpFlow(this, address, port)
    this.#flows.add(flow)
    return flow
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const isClosed = once(this.#socket, 'close')
    this.#socket.close()
    await isClosed
  }

  #receive(data: Buffer, from: RemoteInfo): void {
    const flow = this.flowTo(from.address, from.port)
    flow.hasAnswered = true
    if (data.length >= shortestMessage) this.#user.onMessage(data, flow)
  }

  sendTo(flow: UdpFlow, data: Buffer): void {
    if (!this.#isClosed) this.#socket.send(data, flow.remotePort, flow.remoteAddress, flow.onSent)
  }

  onSendFailed(flow: UdpFlow, cause: Error): void {
    this.#user.onFlowFailed(flow, cause)
  }
}

/** Hops are numeric already: sending must not wait for a resolver. */
function answerNumeric(address: string, options: unknown, done: LookedUp): void {
  const family = typeof options === 'number' ? options : isIPv6(address) ? 6 : 4
  done(null, address, family)
}
