import type { Via } from '../message/via.ts'
import type { Flow } from '../transport/flow.ts'
import type { Transport } from '../transport/transport-layer.ts'
import { defaultPort } from './top-via.ts'

/** Hears that a response did not get out. */
export interface SendingParty {
  onSendFailed(cause: Error): void
}

/** The way back for the responses to one request (RFC 3261 §18.2.2, RFC 3581 §4). */
export class ResponsePath {
  readonly #transport: Transport
  readonly #flow: Flow
  readonly #sentByPort: number

  constructor(transport: Transport, flow: Flow, via: Via) {
    this.#transport = transport
    this.#sentByPort = via.port ?? defaultPort(via.transport)
    const goesToSource = flow.transport !== 'udp' || via.rport !== undefined
    this.#flow = goesToSource ? flow : transport.flowBeside(flow, this.#sentByPort)
  }

  /** Sends on the connection the request came by; if that has closed, on a new one to the sent-by port. */
  send(data: Buffer, signal: AbortSignal, party: SendingParty): void {
    if (this.#flow.isOpen) {
      this.#transport.send(this.#flow, data)
      return
    }
    this.#reopen(signal).then(
      (flow) => this.#transport.send(flow, data),
      (cause) => party.onSendFailed(cause),
    )
  }

  async #reopen(signal: AbortSignal): Promise<Flow> {
    const { transport, remoteAddress } = this.#flow
    const hop = { transport, address: remoteAddress, port: this.#sentByPort, host: remoteAddress }
    return this.#transport.flowTo(hop, signal)
  }
}
