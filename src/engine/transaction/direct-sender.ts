import { isIP } from 'node:net'
import { newBranch } from '../message/identifiers.ts'
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts'
import type { Via } from '../message/via.ts'
import type { Flow } from '../transport/flow.ts'
import type { Hop, HopResolver, TransportName } from '../transport/hop.ts'
import { defaultPortOf } from '../transport/transport-name.ts'
import { BoundedWait } from './bounded-wait.ts'
import type { HopFinder } from './hop-finder.ts'
import type { LayerGround } from './layer-ground.ts'
import { ownVia } from './top-via.ts'
import type { Destination } from './transaction-user.ts'

/** Sends messages that no transaction stands behind: ACK for a 2xx, and whatever is forwarded statelessly. */
export class DirectSender {
  readonly #ground: LayerGround
  readonly #finder: HopFinder
  readonly #resolver: HopResolver

  constructor(ground: LayerGround, finder: HopFinder, resolver: HopResolver) {
    this.#ground = ground
    this.#finder = finder
    this.#resolver = resolver
  }

  sendRequest(
    request: SipRequest,
    destination: Destination,
    onSent: ((request: SipRequest, flow: Flow) => void) | undefined,
  ): void {
    const send = (flow: Flow) => {
      request.prepend('Via', ownVia(this.#ground.transport.listeningPointOf(flow), newBranch()))
      this.#send(flow, request)
      onSent?.(request, flow)
    }
    const fail = (cause: Error) => this.#undeliverable(request, cause)
    if (destination.kind === 'flow') {
      if (destination.flow.isOpen) send(destination.flow)
      else fail(new Error('the connection has closed'))
      return
    }
    this.#alongHops(() => this.#finder.find(destination, this.#ground.signal), send, fail)
  }

  sendResponse(response: SipResponse): void {
    this.#alongHops(
      () => this.#hopsBack(response.topVia),
      (flow) => this.#send(flow, response),
      (cause) => this.#undeliverable(response, cause),
    )
  }

  #send(flow: Flow, message: SipMessage): void {
    this.#ground.transport.send(flow, message.toBuffer())
  }

  #undeliverable(message: SipMessage, cause: Error): void {
    this.#ground.log.debug({ callId: message.get('call-id'), cause }, 'message could not be sent')
  }

  #alongHops(
    find: () => readonly Hop[] | Promise<readonly Hop[]>,
    send: (flow: Flow) => void,
    fail: (cause: Error) => void,
  ): void {
    const { transport, wheel, signal } = this.#ground
    const { resolveTimeoutMs } = this.#ground.settings
    const wait = new BoundedWait(wheel, (cause) => this.#ground.onBug(cause))
    const tryHop = (hops: readonly Hop[], n: number, lastCause?: Error) => {
      const hop = hops[n]
      if (!hop) return fail(lastCause ?? new Error('no hop to try'))
      wait.for(
        () => transport.flowTo(hop, signal),
        resolveTimeoutMs,
        send,
        (cause) => tryHop(hops, n + 1, cause),
      )
    }
    wait.for(find, resolveTimeoutMs, (hops) => tryHop(hops, 0), fail)
  }

  /** RFC 3261 §18.2.2 and RFC 3263 §5: where the sender of a request, as its Via describes it, takes responses. */
  #hopsBack(via: Via): readonly Hop[] | Promise<readonly Hop[]> {
    const transport = via.transport.toLowerCase() as TransportName
    const address = via.received ?? via.host
    if (isIP(address)) {
      const port = typeof via.rport === 'number' ? via.rport : (via.port ?? defaultPortOf(transport))
      return [{ transport, address, port, host: via.host }]
    }
    const query = { scheme: 'sip', host: via.host, port: via.port, transport } as const
    return this.#resolver.resolve(query, this.#ground.signal)
  }
}
