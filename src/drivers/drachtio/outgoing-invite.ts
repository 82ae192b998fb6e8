import { CallAborted, CallRejected } from '../../domain/call-rejected.ts'
import type { InviteOptions, SipDialog, SipHeaders } from '../../domain/sip.ts'
import { sendAuthenticated } from './authenticated-request.ts'
import type { CallDialog, DialogParts } from './call-dialog.ts'
import type { ClientTransactions, OutgoingTransaction } from './client-transactions.ts'
import type { EngineRefused, EngineUnavailable } from './link-trouble.ts'
import type { ReceivedResponse } from './response-view.ts'

export interface InviteNetwork {
  readonly transactions: ClientTransactions
  openDialog(parts: DialogParts): CallDialog
}

type Options = InviteOptions & { readonly body: string }

/** One INVITE of ours from sending to dialog, refusal or CANCEL. */
export class OutgoingInvite {
  readonly #network: InviteNetwork
  readonly #uri: string
  readonly #options: Options
  readonly #outcome = Promise.withResolvers<SipDialog>()
  #transaction: OutgoingTransaction | undefined
  #isAborted = false
  readonly #onAbort = () => this.#abort()

  constructor(network: InviteNetwork, uri: string, options: Options) {
    this.#network = network
    this.#uri = uri
    this.#options = options
  }

  send(): Promise<SipDialog> {
    const { signal, body, proxy, account } = this.#options
    if (signal?.aborted) return Promise.reject(new CallAborted('given up before the call was sent'))
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    this.#transaction = sendAuthenticated(
      this.#network.transactions,
      { method: 'INVITE', uri: this.#uri, headers: this.#headers(), body, proxy, account },
      {
        onProvisional: (response) => this.#onProvisional(response),
        onFinal: (response) => this.#onFinal(response),
        onLost: (error) => this.#onLost(error),
      },
    )
    return this.#outcome.promise
  }

  #headers(): SipHeaders {
    const { from, to, contact, headers } = this.#options
    return { From: from, ...(to && { To: to }), ...(contact && { Contact: contact }), ...headers }
  }

  #abort(): void {
    this.#isAborted = true
    this.#transaction?.cancel(this.#uri)
    this.#outcome.reject(new CallAborted('given up while the call was ringing'))
  }

  #onProvisional(response: ReceivedResponse): void {
    // RFC 3262 §4
    const sequence = response.header('rseq')
    if (sequence !== undefined && response.dialogId) {
      const acknowledged = `${sequence} ${response.header('cseq') ?? ''}`
      this.#sendInDialog(response.dialogId, 'PRACK', `RAck: ${acknowledged}\r\n`, '')
    }
    if (!this.#isAborted) this.#options.onProgress?.(response)
  }

  #onFinal(response: ReceivedResponse): void {
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    if (response.status >= 300) {
      this.#outcome.reject(new CallRejected(response.status, response.reason, response))
      return
    }
    const dialog = this.#openDialog(response)
    const askAnswer = this.#options.onOffer
    if (this.#isAborted) this.#endUnwanted(dialog)
    else if (this.#options.body === '' && askAnswer) void this.#answerOffer(dialog, response.body, askAnswer)
    else {
      this.#acknowledge(dialog.id, '')
      this.#outcome.resolve(dialog)
    }
  }

  #openDialog(response: ReceivedResponse): CallDialog {
    return this.#network.openDialog({
      id: response.dialogId,
      callId: response.header('call-id') ?? '',
      localSdp: this.#options.body,
      remoteSdp: response.body,
      contact: this.#options.contact,
      account: this.#options.account,
    })
  }

  async #answerOffer(
    dialog: CallDialog,
    offer: string,
    askAnswer: (sdp: string) => Promise<string>,
  ): Promise<void> {
    try {
      const answer = await askAnswer(offer)
      dialog.setLocalSdp(answer)
      this.#acknowledge(dialog.id, answer)
      if (this.#isAborted) dialog.abandon()
      else this.#outcome.resolve(dialog)
    } catch (error) {
      this.#endUnwanted(dialog)
      this.#outcome.reject(error)
    }
  }

  /** The 2xx crossed our CANCEL (RFC 3261 §9.1): take the call and end it at once. */
  #endUnwanted(dialog: CallDialog): void {
    this.#acknowledge(dialog.id, '')
    dialog.abandon()
  }

  #onLost(error: EngineUnavailable | EngineRefused): void {
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    this.#outcome.reject(error)
  }

  #acknowledge(dialogId: string, answer: string): void {
    this.#sendInDialog(dialogId, 'ACK', answer === '' ? '' : 'Content-Type: application/sdp\r\n', answer)
  }

  #sendInDialog(dialogId: string, method: string, headers: string, body: string): void {
    const text = `${method} ${this.#uri} SIP/2.0\r\n${headers}\r\n${body}`
    this.#network.transactions.sendUnanswered(dialogId, text)
  }
}
