import type { SipHeaders } from '../../domain/sip.ts'
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

interface Live {
  sent: string
  id: string | undefined
  cancel: string | undefined
  readonly events: TransactionEvents
}

/** Requests we sent, until their final response; the engine bounds every one of them (RFC 3261 Timers B, F: 32 s). */
export class ClientTransactions {
  readonly #control: ControlExchange
  readonly #live = new Map<string, Live>()

  constructor(control: ControlExchange) {
    this.#control = control
  }

  get size(): number {
    return this.#live.size
  }

  send(outgoing: Outgoing, events: TransactionEvents): OutgoingTransaction {
    const live: Live = { sent: '', id: undefined, cancel: undefined, events }
    const route = outgoing.proxy ? `|${outgoing.proxy}` : ''
    this.#control.exchange(`sip||${outgoing.dialogId ?? ''}${route}\r\n${outgoing.text}`, (reply) => {
      if (reply instanceof EngineUnavailable) events.onLost(reply)
      else if (!reply.isOk) events.onLost(new EngineRefused(reply.reason))
      else this.#taken(live, reply)
      return false
    })
    return {
      get sent() {
        return live.sent
      },
      cancel: (uri, headers = {}) => {
        live.cancel = printRequest('CANCEL', uri, headers)
        if (live.id !== undefined) this.#cancel(live.id, live.cancel)
      },
    }
  }

  /** ACK and the like: nothing comes back. */
  sendUnanswered(dialogId: string, text: string): void {
    this.#control.post(`sip||${dialogId}\r\n${text}`)
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

  #taken(live: Live, reply: ControlReply): void {
    const id = reply.tokens[10] ?? ''
    live.id = id
    live.sent = reply.text
    this.#live.set(id, live)
    if (live.cancel !== undefined) this.#cancel(id, live.cancel)
  }

  #cancel(id: string, text: string): void {
    this.#control.post(`sip|${id}|\r\n${text}`)
  }
}
