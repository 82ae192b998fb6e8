import { CallRejected } from '../../domain/call-rejected.ts'
import type {
  DialogEnd,
  DialogRequestOptions,
  DigestAccount,
  IncomingOffer,
  IncomingRequest,
  RequestedOffer,
  SipDialog,
  SipHeaders,
  SipResponseView,
} from '../../domain/sip.ts'
import { shortLived } from '../../lib/short-lived.ts'
import { sendAuthenticated } from './authenticated-request.ts'
import type { ClientTransactions, ControlExchange } from './client-transactions.ts'
import type { SipFrame } from './control-frame.ts'
import { EngineRefused } from './link-trouble.ts'
import { ListenerQueue } from './listener-queue.ts'
import { reasonIn } from './reason-header.ts'
import { ReceivedOffer, ReceivedRequest } from './received-request.ts'
import { localResponse, type ReceivedResponse } from './response-view.ts'
import type { OwnRefresh } from './session-refresher.ts'

export interface DialogParts {
  readonly id: string
  readonly callId: string
  readonly localSdp: string
  readonly remoteSdp: string
  /** Contact header for our re-INVITEs and answers; the engine's own when undefined. */
  readonly contact: string | undefined
  readonly account: DigestAccount | undefined
  /** What keeps the session alive, when the engine cannot do it. */
  readonly refresh?: OwnRefresh | undefined
}

export interface DialogNetwork {
  readonly transactions: ClientTransactions
  readonly control: ControlExchange
  /** The dialog is over; nothing more will be asked of it. */
  forget(id: string): void
}

/** The engine puts the remote target here (its dialog knows it). */
const remoteTarget = 'sip:placeholder'
/** RFC 3261 §12.2.1.2: these answers to any request end the dialog. */
const endsDialog = new Set([408, 481])
const tellWithin = { requests: 16, offers: 4 }

/** One established call leg over the control connection. The engine keeps CSeq, route set and remote target. */
export class CallDialog implements SipDialog {
  readonly id: string
  readonly callId: string
  readonly #contact: string | undefined
  readonly #account: DigestAccount | undefined
  readonly #network: DialogNetwork
  readonly #ends = new ListenerQueue<DialogEnd>(1)
  readonly #offers = new ListenerQueue<IncomingOffer>(tellWithin.offers)
  readonly #requests = new ListenerQueue<IncomingRequest>(tellWithin.requests)
  #localSdp: string
  #remoteSdp: string
  #isOver = false
  #isOffering = false
  #answering: ReceivedOffer | undefined
  #unacknowledged: ((body: string) => void) | undefined

  constructor(parts: DialogParts, network: DialogNetwork) {
    this.id = parts.id
    this.callId = parts.callId
    this.#localSdp = parts.localSdp
    this.#remoteSdp = parts.remoteSdp
    this.#contact = parts.contact
    this.#account = parts.account
    this.#network = network
  }

  get localSdp(): string {
    return this.#localSdp
  }

  get remoteSdp(): string {
    return this.#remoteSdp
  }

  async hangUp(headers: SipHeaders = {}): Promise<void> {
    if (this.#isOver) return
    this.#close()
    try {
      await this.#send('BYE', headers, '')
    } catch (error) {
      if (!(error instanceof EngineRefused)) throw error // refused: the far end was quicker
    }
  }

  async offer(sdp: string, method: 'INVITE' | 'UPDATE' = 'INVITE'): Promise<string> {
    const response = await this.#sendOffer(method, sdp)
    if (method === 'INVITE') this.#acknowledge('')
    this.#localSdp = sdp
    this.#remoteSdp = response.body
    return response.body
  }

  async requestOffer(): Promise<RequestedOffer> {
    const { body } = await this.#sendOffer('INVITE', '')
    const acknowledge = (answer: string) => {
      this.#acknowledge(answer)
      this.#localSdp = answer
      this.#remoteSdp = body
    }
    return { sdp: body, acknowledge }
  }

  async request(
    method: string,
    { headers = {}, body = '', onlyAsks }: DialogRequestOptions = {},
  ): Promise<SipResponseView> {
    if (this.#isOver) return localResponse(481, 'Call/Transaction Does Not Exist')
    const response = await this.#send(method, headers, body)
    if (!onlyAsks || response.status !== 408) this.#endIfGone(response)
    return response
  }

  onEnd(listener: (cause: DialogEnd) => void): void {
    this.#ends.listen(listener)
  }

  onOffer(listener: (request: IncomingOffer) => void): void {
    this.#offers.listen(listener)
  }

  onRequest(listener: (request: IncomingRequest) => void): void {
    this.#requests.listen(listener)
  }

  /** The answer that went out in the ACK of the INVITE. */
  setLocalSdp(sdp: string): void {
    this.#localSdp = sdp
  }

  /** Hangs up a dialog that nobody will ever hold. */
  abandon(): void {
    if (this.#isOver) return
    this.#close()
    this.#network.transactions.sendUnanswered(this.id, `BYE ${remoteTarget} SIP/2.0\r\n\r\n`)
  }

  /** The next ACK belongs to the 2xx of the INVITE that made this dialog. */
  firstAcknowledgement(): Promise<void> {
    return new Promise((resolve) => {
      this.#unacknowledged = shortLived((body: string) => {
        this.#remoteSdp = body
        resolve()
      })
    })
  }

  /** A request of the far end in this dialog; ACK too. */
  receive(frame: SipFrame): void {
    const request = new ReceivedRequest(frame, this.#network.control)
    if (request.method === 'ACK') this.#onAck(request)
    else if (request.method === 'BYE') this.#onBye(request)
    else if (request.method === 'PRACK') request.respondAndForget(200)
    else if (request.method === 'INVITE' || request.method === 'UPDATE') this.#onOfferFrame(frame, request)
    else if (!this.#requests.tell(request)) request.respondAndForget(500, { 'Retry-After': '5' })
  }

  /** The engine gave the dialog up, or nobody can reach it any more. */
  end(cause: DialogEnd): void {
    if (this.#isOver) return
    this.#close()
    this.#ends.tell(cause)
  }

  #onAck(request: ReceivedRequest): void {
    const settle = this.#unacknowledged
    this.#unacknowledged = undefined
    if (settle) settle(request.body)
    const offer = this.#answering
    if (offer && offer.sequence === request.sequence) this.#release(offer, request.body)
  }

  #onBye(request: ReceivedRequest): void {
    request.respondAndForget(200)
    this.end({ by: 'far-end', reason: reasonIn(request) })
  }

  #onOfferFrame(frame: SipFrame, request: ReceivedRequest): void {
    // RFC 3261 §14.2
    if (this.#isOffering) request.respondAndForget(491)
    else if (this.#answering && !this.#answering.isFinal) {
      request.respondAndForget(500, { 'Retry-After': String(1 + Math.floor(Math.random() * 9)) })
    }
    // RFC 3311 §5.1: an UPDATE without an offer only refreshes the session
    else if (request.method === 'UPDATE' && request.body === '') request.respondAndForget(200)
    // RFC 3311 §5.2: the offer in our 2xx is not answered yet
    else if (this.#isAnswerAwaited) request.respondAndForget(491)
    else this.#takeOffer(frame)
  }

  #takeOffer(frame: SipFrame): void {
    // What comes before the ACK of our last 2xx shows that the far end has it: nobody need wait for that ACK.
    if (this.#answering) this.#release(this.#answering)
    const offer = new ReceivedOffer(frame, this.#network.control, this.#contact, (status, body) => {
      if (status < 300 && body !== '') this.#localSdp = body
      if (status < 300 && offer.body !== '') this.#remoteSdp = offer.body
      if (status >= 300 || offer.method === 'UPDATE') this.#release(offer)
    })
    this.#answering = offer
    if (this.#offers.tell(offer)) return
    this.#release(offer)
    offer.respondAndForget(500, { 'Retry-After': '5' })
  }

  get #isAnswerAwaited(): boolean {
    return this.#answering?.isFinal === true && this.#answering.body === ''
  }

  /** Whoever waits for its ACK waits no longer. */
  #release(offer: ReceivedOffer, acknowledgement = ''): void {
    offer.settle(acknowledgement)
    if (this.#answering === offer) this.#answering = undefined
  }

  async #sendOffer(method: 'INVITE' | 'UPDATE', sdp: string): Promise<ReceivedResponse> {
    // RFC 3261 §14.1: not before the INVITE of the far end is acknowledged
    if (this.#answering?.isFinal) await this.#answering.acknowledged()
    if (this.#isOver) throw new CallRejected(481, 'Call/Transaction Does Not Exist')
    if (this.#isOffering || this.#answering) throw new CallRejected(491, 'Request Pending')
    this.#isOffering = true
    try {
      const headers: SipHeaders = this.#contact === undefined ? {} : { Contact: this.#contact }
      const response = await this.#send(method, headers, sdp)
      if (response.status < 300) return response
      this.#endIfGone(response)
      throw new CallRejected(response.status, response.reason, response)
    } finally {
      this.#isOffering = false
    }
  }

  #acknowledge(answer: string): void {
    const contentType = answer === '' ? '' : 'Content-Type: application/sdp\r\n'
    const text = `ACK ${remoteTarget} SIP/2.0\r\n${contentType}\r\n${answer}`
    this.#network.transactions.sendUnanswered(this.id, text)
  }

  #send(method: string, headers: SipHeaders, body: string): Promise<ReceivedResponse> {
    const outgoing = { method, uri: remoteTarget, headers, body, dialogId: this.id, proxy: undefined }
    return new Promise((resolve, reject) => {
      const request = { ...outgoing, account: this.#account }
      sendAuthenticated(this.#network.transactions, request, { onFinal: resolve, onLost: reject })
    })
  }

  #endIfGone(response: SipResponseView): void {
    if (!endsDialog.has(response.status)) return
    this.end({ by: 'engine', reason: `SIP ;cause=${response.status} ;text="${response.reason}"` })
  }

  #close(): void {
    this.#isOver = true
    this.#unacknowledged?.('')
    if (this.#answering) this.#release(this.#answering)
    this.#network.forget(this.id)
  }
}
