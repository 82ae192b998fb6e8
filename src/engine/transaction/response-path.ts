import type { Via } from '../message/via.ts'
import type { Flow } from '../transport/flow.ts'
import type { Transport } from '../transport/transport-layer.ts'
import { defaultPortOf } from '../transport/transport-name.ts'

/** Hears that a response did not get out. */
export interface SendingParty {
  onSendFailed(cause: Error): void
}

/** The way back for the responses to one request (RFC 3261 §18.2.2, RFC 3581 §4). */
export class ResponsePath {
  readonly #transport: Transport
  readonly #flow: Flow
  readonly #sentByPort: number
  readonly #sentByHost: string

  constructor(transport: Transport, flow: Flow, via: Via) {
    this.#transport = transport
    this.#sentByHost = via.host
    this.#sentByPort = via.port ?? defaultPortOf(via.transport)
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
    const hop = { transport, address: remoteAddress, port: this.#sentByPort, host: this.#sentByHost }
    return this.#transport.flowTo(hop, signal)
  }
}
