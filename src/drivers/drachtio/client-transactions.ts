import type { SipHeaders } from '../../domain/sip.ts'
import { TurnoverMap } from '../../lib/turnover-map.ts'
import type { ControlReply, SipFrame } from './control-frame.ts'
import { EngineRefused, EngineUnavailable } from './link-trouble.ts'
import { printRequest } from './print-message.ts'
import { ReceivedResponse } from './response-view.ts'

export interface ControlExchange {
  exchange(
    frame: string,
    handler: (reply: ControlReply | EngineUnavailable) => boolean,
    withinMs?: number,
  ): void
  post(frame: string): void
}

export interface TransactionEvents {
  onProvisional?(response: ReceivedResponse): void
  onFinal(response: ReceivedResponse): void
  /** The engine did not take the request, or was lost before the final response. */
  onLost(error: EngineUnavailable | EngineRefused): void
}

export interface Outgoing {
  /** In-dialog requests name their dialog. */
  readonly dialogId?: string
  readonly proxy?: string | undefined
  readonly text: string
}

/** A request on its way. */
export interface OutgoingTransaction {
  /** The request as it went out; empty until the engine took it. */
  readonly sent: string
  /** Sends CANCEL as soon as the engine knows the transaction; `headers` go with it. */
  cancel(uri: string, headers?: SipHeaders): void
}

/** A class, because the getter of an object literal would be made anew with each (see `shortLived`). */
class LiveTransaction implements OutgoingTransaction {
  readonly events: TransactionEvents
  readonly #post: (frame: string) => void
  #sent = ''
  #id: string | undefined
  #cancelText: string | undefined

  constructor(events: TransactionEvents, post: (frame: string) => void) {
    this.events = events
    this.#post = post
  }

  get sent(): string {
    return this.#sent
  }

  cancel(uri: string, headers: SipHeaders = {}): void {
    this.#cancelText = printRequest('CANCEL', uri, headers)
    this.#cancelWhenKnown()
  }

  /** The engine has sent it. */
  taken(id: string, sent: string): void {
    this.#id = id
    this.#sent = sent
    this.#cancelWhenKnown()
  }

  #cancelWhenKnown(): void {
    if (this.#id !== undefined && this.#cancelText !== undefined)
      this.#post(`sip|${this.#id}|\r\n${this.#cancelText}`)
  }
}

/** Requests we sent, until their final response; the engine bounds every one of them (RFC 3261 Timers B, F: 32 s). */
export class ClientTransactions {
  readonly #control: ControlExchange
  readonly #post: (frame: string) => void
  readonly #live = new TurnoverMap<string, LiveTransaction>()

  constructor(control: ControlExchange) {
    this.#control = control
    this.#post = (frame) => control.post(frame)
  }

  get size(): number {
    return this.#live.size
  }

  send(outgoing: Outgoing, events: TransactionEvents): OutgoingTransaction {
    const live = new LiveTransaction(events, this.#post)
    const route = outgoing.proxy ? `|${outgoing.proxy}` : ''
    this.#control.exchange(`sip||${outgoing.dialogId ?? ''}${route}\r\n${outgoing.text}`, (reply) => {
      if (reply instanceof EngineUnavailable) events.onLost(reply)
      else if (!reply.isOk) events.onLost(new EngineRefused(reply.reason))
      else this.#taken(live, reply)
      return false
    })
    return live
  }

  /** ACK and the like: nothing comes back. */
  sendUnanswered(dialogId: string, text: string): void {
    this.#post(`sip||${dialogId}\r\n${text}`)
  }

  onResponse(frame: SipFrame): void {
    const live = this.#live.get(frame.transactionId)
    if (!live) return // answered, or lost with the former connection
    const response = new ReceivedResponse(frame)
    if (response.status < 200) {
      live.events.onProvisional?.(response)
      return
    }
    this.#live.delete(frame.transactionId)
    live.events.onFinal(response)
  }

  /** The connection is gone: no response can come any more. */
  lostAll(): void {
    const lost = [...this.#live.values()]
    this.#live.clear()
    for (const { events } of lost) {
      events.onLost(new EngineUnavailable('the connection to the SIP engine was lost'))
    }
  }

  #taken(live: LiveTransaction, reply: ControlReply): void {
    const id = reply.tokens[10] ?? ''
    this.#live.set(id, live)
    live.taken(id, reply.text)
  }
}
