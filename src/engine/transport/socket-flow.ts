import type { Flow, ListeningPoint } from './flow.ts'
import type { TransportName } from './hop.ts'

let lastFlowId = 0

/** A flow that knows its socket. */
export abstract class SocketFlow implements Flow {
  readonly id: number
  readonly remoteAddress: string
  readonly remotePort: number
  readonly listeningPoint: ListeningPoint

  constructor(listeningPoint: ListeningPoint, remoteAddress: string, remotePort: number) {
    this.id = ++lastFlowId
    this.listeningPoint = listeningPoint
    this.remoteAddress = remoteAddress
    this.remotePort = remotePort
  }

  get transport(): TransportName {
    return this.listeningPoint.transport
  }

  abstract get localAddress(): string
  abstract get localPort(): number
  abstract get isOpen(): boolean
  abstract send(data: Buffer): void
}
