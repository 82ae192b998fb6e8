import type { RemoteInfo } from 'node:dgram'
import type { ListeningPoint } from './flow.ts'
import { SocketFlow } from './socket-flow.ts'

/** What a flow needs of its socket. */
export interface DatagramSocket {
  readonly point: ListeningPoint
  /** Whether a second socket may share the port. */
  readonly isShared: boolean
  sendTo(flow: UdpFlow, data: Buffer): void
  flowTo(address: string, port: number): UdpFlow
  receive(data: Buffer, from: RemoteInfo): void
  onSendFailed(flow: UdpFlow, cause: Error): void
}

/** A pair of UDP addresses. */
export class UdpFlow extends SocketFlow {
  /** Set by any datagram from the far end, cleared when an answer is awaited. */
  hasAnswered = false
  isWatched = false
  /** Another answer is awaited since the watch began. */
  isAskedAgain = false
  /** When the far end may be probed again, milliseconds since the epoch. */
  nextProbeAt = 0
  /** One callback for all datagrams of the flow, so that sending allocates none. */
  readonly onSent: (error: Error | null) => void
  readonly #socket: DatagramSocket

  constructor(socket: DatagramSocket, remoteAddress: string, remotePort: number) {
    super(socket.point, remoteAddress, remotePort)
    this.#socket = socket
    this.onSent = (error) => {
      if (error) socket.onSendFailed(this, error)
    }
  }

  get localAddress(): string {
    return this.listeningPoint.address
  }

  get localPort(): number {
    return this.listeningPoint.port
  }

  get isOpen(): boolean {
    return true
  }

  send(data: Buffer): void {
    this.#socket.sendTo(this, data)
  }

  get canBeProbed(): boolean {
    return this.#socket.isShared
  }

  /** Takes a datagram that came to another socket on the same port. */
  receive(data: Buffer, from: RemoteInfo): void {
    this.#socket.receive(data, from)
  }

  /** The flow from the same socket to another port of the same far end. */
  withPort(remotePort: number): UdpFlow {
    return remotePort === this.remotePort ? this : this.#socket.flowTo(this.remoteAddress, remotePort)
  }
}
