import type { IncomingRequest, SipHeaders, SipResponseView, SubscriptionDialog } from '../../domain/sip.ts'
import { sendAuthenticated } from './authenticated-request.ts'
import type { ClientTransactions, ControlExchange } from './client-transactions.ts'
import type { SipFrame } from './control-frame.ts'
import { EngineRefused } from './link-trouble.ts'
import { ListenerQueue } from './listener-queue.ts'
import { ReceivedRequest } from './received-request.ts'
import { localResponse, lostResponse } from './response-view.ts'

export interface SubscriptionNetwork {
  readonly transactions: ClientTransactions
  readonly control: ControlExchange
  forget(id: string): void
}

/** The engine puts the remote target here (its dialog knows it). */
const remoteTarget = 'sip:placeholder'
/** What may come before somebody listens: NOTIFYs that overtake the answer to their SUBSCRIBE. */
const toldAtMost = 16

/** A subscription's dialog over the control connection. The engine keeps CSeq, route set and remote target. */
export class DrachtioSubscription implements SubscriptionDialog {
  readonly id: string
  readonly #network: SubscriptionNetwork
  readonly #requests = new ListenerQueue<IncomingRequest>(toldAtMost)
  readonly #ends = new ListenerQueue<void>(1)
  #isOver = false

  constructor(id: string, network: SubscriptionNetwork) {
    this.id = id
    this.#network = network
  }

  async request(
    method: 'NOTIFY' | 'SUBSCRIBE',
    { headers = {}, body = '' }: { readonly headers?: SipHeaders; readonly body?: string } = {},
  ): Promise<SipResponseView> {
    if (this.#isOver) return localResponse(481, 'Subscription Does Not Exist')
    const outgoing = { method, uri: remoteTarget, headers, body, dialogId: this.id }
    return new Promise((resolve) => {
      const request = { ...outgoing, proxy: undefined, account: undefined }
      sendAuthenticated(this.#network.transactions, request, {
        onFinal: resolve,
        // Refused: the engine has no such dialog any more.
        onLost: (error) =>
          resolve(error instanceof EngineRefused ? localResponse(481, error.message) : lostResponse(error)),
      })
    })
  }

  onRequest(listener: (request: IncomingRequest) => void): void {
    this.#requests.listen(listener)
  }

  onEnd(listener: () => void): void {
    this.#ends.listen(listener)
  }

  close(): void {
    this.#isOver = true
    this.#network.forget(this.id)
  }

  receive(frame: SipFrame): void {
    const request = new ReceivedRequest(frame, this.#network.control)
    // RFC 5057 §4: no other usage has been made in this dialog.
    if (request.method !== 'NOTIFY' && request.method !== 'SUBSCRIBE') request.respondAndForget(481)
    else if (!this.#requests.tell(request)) request.respondAndForget(500, { 'Retry-After': '5' })
  }

  /** The engine has lost the dialog. */
  end(): void {
    if (this.#isOver) return
    this.close()
    this.#ends.tell()
  }
}
