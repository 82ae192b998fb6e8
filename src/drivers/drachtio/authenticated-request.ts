import type { DigestAccount, SipHeaders } from '../../domain/sip.ts'
import type { ClientTransactions, OutgoingTransaction, TransactionEvents } from './client-transactions.ts'
import { answerChallenge } from './digest-answer.ts'
import { MessageText } from './message-text.ts'
import { printRequest } from './print-message.ts'
import type { ReceivedResponse } from './response-view.ts'

export interface OutgoingRequest {
  readonly method: string
  readonly uri: string
  readonly headers: SipHeaders
  readonly body: string
  readonly dialogId?: string
  readonly proxy: string | undefined
  readonly account: DigestAccount | undefined
}

const maxAnswers = 2 // the second only for a stale nonce

/** Sends a request and, if an account is given, answers the challenge it meets (RFC 3261 §22.2). */
export function sendAuthenticated(
  transactions: ClientTransactions,
  request: OutgoingRequest,
  events: TransactionEvents,
): OutgoingTransaction {
  let current: OutgoingTransaction
  let cancelledUri: string | undefined
  let answers = 0

  const send = (outgoing: OutgoingRequest) => {
    const text = printRequest(outgoing.method, outgoing.uri, outgoing.headers, outgoing.body)
    current = transactions.send(
      { dialogId: outgoing.dialogId ?? '', proxy: outgoing.proxy, text },
      { ...events, onFinal: (response) => finish(outgoing, response) },
    )
  }
  const finish = (outgoing: OutgoingRequest, response: ReceivedResponse) => {
    const isChallenge = response.status === 401 || response.status === 407
    const mayAnswer = isChallenge && request.account && cancelledUri === undefined && answers < maxAnswers
    const retry = mayAnswer ? answered(outgoing, current.sent, response, answers > 0) : undefined
    if (!retry) return events.onFinal(response)
    answers += 1
    return send(retry)
  }

  send(request)
  return {
    get sent() {
      return current.sent
    },
    cancel: (uri) => {
      cancelledUri = uri
      current.cancel(uri)
    },
  }
}

function answered(
  request: OutgoingRequest,
  sentText: string,
  response: ReceivedResponse,
  isSecond: boolean,
): OutgoingRequest | undefined {
  if (!request.account) return undefined
  const sent = new MessageText(sentText)
  const uri = sent.startLine.split(' ')[1] ?? request.uri
  const answer = answerChallenge(response, { method: request.method, uri, account: request.account })
  if (!answer || (isSecond && !answer.isStale)) return undefined
  const credentials = { [answer.header]: answer.value }
  if (request.dialogId) return { ...request, headers: { ...request.headers, ...credentials } }
  const headers = { ...withoutIdentity(request.headers), ...sameCall(sent, request.method), ...credentials }
  return { ...request, headers, proxy: pinnedProxy(request, response) }
}

/** RFC 3261 §22.2: the retry keeps Call-ID and From with its tag, and counts CSeq on. */
function sameCall(sent: MessageText, method: string): SipHeaders {
  const number = Number.parseInt(sent.header('cseq') ?? '', 10)
  return {
    From: sent.header('from') ?? '',
    'Call-ID': sent.header('call-id') ?? '',
    CSeq: `${number + 1} ${method}`,
  }
}

function withoutIdentity(headers: SipHeaders): SipHeaders {
  const kept = Object.entries(headers).filter(([name]) => !/^(from|call-id|cseq)$/i.test(name))
  return Object.fromEntries(kept)
}

/** A name may lead to several servers, and only the one that challenged knows its nonce. */
function pinnedProxy(request: OutgoingRequest, { peer }: ReceivedResponse): string | undefined {
  if (!peer.address) return request.proxy
  const isNumeric = /^sips?:([^@]*@)?(\d+\.\d+\.\d+\.\d+|\[)/i.test(request.proxy ?? request.uri)
  if (isNumeric) return request.proxy
  const host = peer.address.includes(':') ? `[${peer.address}]` : peer.address
  return `sip:${host}:${peer.port};transport=${peer.transport}`
}
