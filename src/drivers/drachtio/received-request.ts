import type {
  IncomingOffer,
  IncomingRequest,
  ResponseOptions,
  SipHeaders,
  SipMessageView,
  SipSource,
} from '../../domain/sip.ts'
import type { ControlExchange } from './client-transactions.ts'
import type { ControlReply, SipFrame } from './control-frame.ts'
import { EngineRefused, EngineUnavailable } from './link-trouble.ts'
import { printResponse } from './print-message.ts'
import { reasonPhrases } from './reason-phrases.ts'

/** A request from the network, answered by the transaction id it came with. */
export class ReceivedRequest implements IncomingRequest {
  readonly method: string
  readonly uri: string
  readonly source: SipSource
  readonly localPort: number | undefined
  readonly transactionId: string
  readonly dialogId: string
  readonly #message: SipMessageView
  readonly #control: ControlExchange
  #isFinal = false

  constructor(frame: SipFrame, control: ControlExchange) {
    const line = frame.message.startLine
    const methodEnd = line.indexOf(' ')
    this.method = line.slice(0, methodEnd)
    this.uri = line.slice(methodEnd + 1, line.lastIndexOf(' '))
    this.source = frame.peer
    this.localPort = frame.localPort
    this.transactionId = frame.transactionId
    this.dialogId = frame.dialogId
    this.#message = frame.message
    this.#control = control
  }

  get callId(): string {
    return this.#message.header('call-id') ?? ''
  }

  /** Number of its CSeq; an ACK has that of its INVITE (RFC 3261 §17.1.1.3). */
  get sequence(): number {
    return Number.parseInt(this.#message.header('cseq') ?? '', 10)
  }

  get body(): string {
    return this.#message.body
  }

  get isFinal(): boolean {
    return this.#isFinal
  }

  header(name: string): string | undefined {
    return this.#message.header(name)
  }

  headers(name: string): readonly string[] {
    return this.#message.headers(name)
  }

  async respond(status: number, options: ResponseOptions = {}): Promise<void> {
    await this.exchangeResponse(status, options)
  }

  /** As `respond`, for answers whose failure changes nothing. */
  respondAndForget(status: number, headers: SipHeaders = {}): void {
    if (this.#isFinal) return
    this.#isFinal = status >= 200
    this.#control.post(this.#frame(status, { headers }))
  }

  /** Sends a response; the engine's reply carries the dialog id (token 11). */
  protected exchangeResponse(
    status: number,
    options: ResponseOptions,
    onTaken?: (reply: ControlReply) => void,
  ): Promise<ControlReply> {
    if (this.#isFinal) return Promise.reject(new EngineRefused('a final response was already sent'))
    this.#isFinal = status >= 200
    return new Promise((resolve, reject) => {
      this.#control.exchange(this.#frame(status, options), (reply) => {
        if (reply instanceof EngineUnavailable) reject(reply)
        else if (!reply.isOk) reject(new EngineRefused(reply.reason))
        else {
          onTaken?.(reply)
          resolve(reply)
        }
        return false
      })
    })
  }

  /** The engine answered it in our place, as it does with 487 after CANCEL. */
  protected markFinal(): void {
    this.#isFinal = true
  }

  #frame(status: number, { reason, headers = {}, body }: ResponseOptions): string {
    const phrase = reason ?? reasonPhrases[status] ?? 'Unknown'
    return `sip|${this.transactionId}|\r\n${printResponse(status, phrase, headers, body)}`
  }
}

/** re-INVITE or UPDATE; 2xx responses get the Contact that our side of the dialog uses. */
export class ReceivedOffer extends ReceivedRequest implements IncomingOffer {
  readonly #contact: string | undefined
  readonly #acknowledged = Promise.withResolvers<string>()
  readonly #onAnswered: (status: number, body: string) => void

  constructor(
    frame: SipFrame,
    control: ControlExchange,
    contact: string | undefined,
    onAnswered: (status: number, body: string) => void,
  ) {
    super(frame, control)
    this.#contact = contact
    this.#onAnswered = onAnswered
  }

  override async respond(status: number, options: ResponseOptions = {}): Promise<void> {
    const addsContact = this.#contact !== undefined && status >= 200 && status < 300
    const headers = addsContact
      ? { Contact: this.#contact ?? '', ...options.headers }
      : (options.headers ?? {})
    if (status >= 200) this.#onAnswered(status, options.body ?? '')
    try {
      await super.respond(status, { ...options, headers })
    } catch (error) {
      if (status >= 200) this.#onAnswered(500, '')
      throw error
    }
  }

  acknowledged(): Promise<string> {
    return this.#acknowledged.promise
  }

  /** The ACK came, or none is waited for any more. */
  settle(body: string): void {
    this.#acknowledged.resolve(body)
  }
}
