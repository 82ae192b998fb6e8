import type { Clock } from '../../lib/clock.ts'
import type { SipMessage } from '../message/message.ts'
import type { ProxyCore } from '../proxy/proxy-core.ts'
import type { ProxyEvents } from '../proxy/proxy-order.ts'
import type { ServerTransaction } from '../transaction/transaction-user.ts'
import type { ProxyFrame } from './app-frame.ts'
import { readAppHeaders } from './app-headers.ts'
import type { Application } from './application.ts'
import type { CallRecords } from './call-records.ts'
import type { IncomingRequests } from './incoming-requests.ts'
import { answerLeader, proxyResponseLeader } from './leader.ts'
import { wireTime } from './wire-time.ts'

export interface ProxyOrderParts {
  readonly incoming: IncomingRequests
  readonly proxy: ProxyCore
  readonly records: CallRecords
  readonly clock: Clock
}

/** Requests that applications hand over to the proxy. */
export class ProxyOrders {
  readonly #parts: ProxyOrderParts

  constructor(parts: ProxyOrderParts) {
    this.#parts = parts
  }

  carryOut(application: Application, frame: ProxyFrame, draft: SipMessage): void {
    const { incoming, proxy } = this.#parts
    const request = incoming.find(frame.transactionId)
    if (request?.application !== application || request.leg) {
      application.refuse(frame.id, `Unknown transaction id: ${frame.transactionId}`)
      return
    }
    incoming.handOver(request)
    const refusal = proxy.refuse(request.transaction)
    if (refusal) {
      application.refuse(frame.id, refusal)
      return
    }
    proxy.forward(
      request.transaction,
      { ...frame, headers: readAppHeaders(draft, request.point).others },
      {
        ...recorded(this.#parts.records, request.transaction),
        onFinal: (response, flow) => {
          if (!frame.fullResponse) return
          const bytes = response.toBuffer()
          const time = wireTime(this.#parts.clock.now())
          application.report(proxyResponseLeader(frame.id, bytes.length, flow, time), bytes)
        },
        onDone: () => {
          if (frame.fullResponse) application.report(answerLeader(frame.id, 'OK', 'done'))
        },
      },
    )
    if (!frame.fullResponse) application.ok(frame.id, 'done')
  }
}

/** The call records of a request that is proxied, whoever ordered it. */
export function recorded(records: CallRecords, { isInvite }: ServerTransaction): ProxyEvents {
  if (!isInvite) return {}
  return {
    onForwarded: (request) => records.attempt('application', request),
    onForwardedFinal: (response) => {
      if (response.status < 300) {
        records.start('network', 'proxy-uac', response)
        records.start('application', 'proxy-uas', response)
      } else {
        records.stop('network', response.status === 487 ? 'call-canceled' : 'call-rejected', response)
      }
    },
  }
}
