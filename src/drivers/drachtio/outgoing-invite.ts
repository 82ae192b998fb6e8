import { CallAborted, CallRejected } from '../../domain/call-rejected.ts'
import type { InviteOptions, SipDialog, SipHeaders } from '../../domain/sip.ts'
import { shortLived } from '../../lib/short-lived.ts'
import { sendAuthenticated } from './authenticated-request.ts'
import type { CallDialog, DialogParts } from './call-dialog.ts'
import type { ClientTransactions, OutgoingTransaction } from './client-transactions.ts'
import type { EngineRefused, EngineUnavailable } from './link-trouble.ts'
import type { ReceivedResponse } from './response-view.ts'
import { ownRefresh } from './session-refresher.ts'

export interface InviteNetwork {
  readonly transactions: ClientTransactions
  /** A dialog that is not answered yet: its far end may have requests in it already. */
  earlyDialog(id: string, state: 'begun' | 'over'): void
  openDialog(parts: DialogParts): CallDialog
}

type Options = InviteOptions & { readonly body: string }

/** Far ends of one INVITE whose early answers are kept. */
const maxForks = 16

/** One INVITE of ours from sending to dialog, refusal or CANCEL. */
export class OutgoingInvite {
  readonly #network: InviteNetwork
  readonly #uri: string
  readonly #options: Options
  readonly #outcome = Promise.withResolvers<SipDialog>()
  #transaction: Pick<OutgoingTransaction, 'cancel'> | undefined
  #isAborted = false
  /** Answers that came with reliable provisional responses, by the tag of who sent them. */
  readonly #earlyAnswers = new Map<string, string>()
  #earlyDialogId = ''
  readonly #onAbort = shortLived(() => this.#abort())

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
    const reason: unknown = this.#options.signal?.reason
    this.#transaction?.cancel(this.#uri, typeof reason === 'string' ? { Reason: reason } : {})
    this.#outcome.reject(new CallAborted('given up while the call was ringing'))
  }

  #onProvisional(response: ReceivedResponse): void {
    const { dialogId } = response
    if (dialogId && !this.#earlyDialogId) {
      this.#earlyDialogId = dialogId
      this.#network.earlyDialog(dialogId, 'begun')
    }
    // RFC 3262 §4
    const sequence = response.header('rseq')
    if (sequence !== undefined && dialogId) {
      this.#keepAnswer(response)
      const acknowledged = `${sequence} ${response.header('cseq') ?? ''}`
      this.#sendInDialog(dialogId, 'PRACK', `RAck: ${acknowledged}\r\n`, '')
    }
    if (!this.#isAborted) this.#options.onProgress?.(response)
  }

  #keepAnswer(response: ReceivedResponse): void {
    const { size } = this.#earlyAnswers
    if (response.body !== '' && size < maxForks) this.#earlyAnswers.set(tagOf(response), response.body)
  }

  #onFinal(response: ReceivedResponse): void {
    this.#finish()
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
      // RFC 6337 §3.1.1: an answer that was acknowledged by PRACK need not be in the 2xx too.
      remoteSdp: response.body || (this.#earlyAnswers.get(tagOf(response)) ?? ''),
      contact: this.#options.contact,
      account: this.#options.account,
      refresh: this.#options.account && ownRefresh(response),
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
    this.#finish()
    this.#outcome.reject(error)
  }

  #finish(): void {
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    if (this.#earlyDialogId) this.#network.earlyDialog(this.#earlyDialogId, 'over')
  }

  #acknowledge(dialogId: string, answer: string): void {
    this.#sendInDialog(dialogId, 'ACK', answer === '' ? '' : 'Content-Type: application/sdp\r\n', answer)
  }

  #sendInDialog(dialogId: string, method: string, headers: string, body: string): void {
    const text = `${method} ${this.#uri} SIP/2.0\r\n${headers}\r\n${body}`
    this.#network.transactions.sendUnanswered(dialogId, text)
  }
}

const tagOf = (response: ReceivedResponse): string =>
  /;\s*tag=([^;\s>]+)/i.exec(response.header('to') ?? '')?.[1] ?? ''
