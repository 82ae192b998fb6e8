import type { RemoteInfo, Socket } from 'node:dgram'
import type { Log } from '../../lib/log.ts'
import type { Door } from './door.ts'
import type { ListenSpec } from './listen-spec.ts'
import { OpenPoint } from './open-point.ts'
import { isStun, stunAnswerTo } from './stun.ts'
import type { TransportUser } from './transport-layer.ts'
import type { TransportSettings } from './transport-settings.ts'
import { type DatagramSocket, UdpFlow } from './udp-flow.ts'
import { UdpFlowTable } from './udp-flow-table.ts'
import { type BoundUdpSocket, bindUdp, closeUdp } from './udp-socket.ts'

/** The shortest thing worth parsing: below it are keep-alives (blank lines, zeros, nothing at all). */
const shortestMessage = 12

export interface UdpListenerParts {
  readonly user: TransportUser
  readonly settings: TransportSettings
  readonly door: Door
  readonly log: Log
}

/** One UDP port that SIP is received on and sent from. */
export class UdpListener implements DatagramSocket {
  readonly point: OpenPoint
  readonly isShared: boolean
  readonly #socket: Socket
  readonly #user: TransportUser
  readonly #door: Door
  readonly #flows: UdpFlowTable
  #isClosed = false

  /** Opens the socket. Rejects with a ListenError. */
  static async open(spec: ListenSpec, parts: UdpListenerParts): Promise<UdpListener> {
    const { maxProbes, udpBufferBytes } = parts.settings
    const bound = await bindUdp(spec, maxProbes > 0)
    bound.socket.setRecvBufferSize(udpBufferBytes)
    bound.socket.setSendBufferSize(udpBufferBytes)
    return new UdpListener(spec, bound, parts)
  }

  private constructor(spec: ListenSpec, { socket, isShared }: BoundUdpSocket, parts: UdpListenerParts) {
    this.point = new OpenPoint(spec, socket.address().port)
    this.isShared = isShared
    this.#socket = socket
    this.#user = parts.user
    this.#door = parts.door
    this.#flows = new UdpFlowTable(parts.settings.maxUdpFlows)
    socket.on('message', (data, from) => this.receive(data, from))
    // Sending reports its errors to its flow; what comes here does not end the socket.
    socket.on('error', (cause) =>
      parts.log.warn({ address: spec.address, port: this.point.port, cause }, 'udp socket error'),
    )
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
    await closeUdp(this.#socket)
  }

  receive(data: Buffer, from: RemoteInfo): void {
    // Nobody can be answered at port 0: only a forger sends from there.
    if (from.port === 0 || !this.#door.admits(data, from.address, false)) return
    const flow = this.flowTo(from.address, from.port)
    flow.hasAnswered = true
    if (isStun(data)) this.#answerStun(data, flow)
    else if (data.length >= shortestMessage) this.#user.onMessage(data, flow)
  }

  sendTo(flow: UdpFlow, data: Buffer): void {
    if (!this.#isClosed) this.#socket.send(data, flow.remotePort, flow.remoteAddress, flow.onSent)
  }

  #answerStun(data: Buffer, flow: UdpFlow): void {
    const answer = stunAnswerTo(data, flow.remoteAddress, flow.remotePort)
    if (answer) this.sendTo(flow, answer)
  }

  onSendFailed(flow: UdpFlow, cause: Error): void {
    this.#user.onFlowFailed(flow, cause)
  }
}
