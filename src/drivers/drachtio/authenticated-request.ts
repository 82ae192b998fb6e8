import type { DigestAccount, SipHeaders } from '../../domain/sip.ts'
import { ChallengeAnswers } from './challenge-answers.ts'
import type { ClientTransactions, OutgoingTransaction, TransactionEvents } from './client-transactions.ts'
import { longerSession } from './longer-session.ts'
import { MessageText } from './message-text.ts'
import { pinnedProxy } from './pinned-proxy.ts'
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

type Cancellable = Pick<OutgoingTransaction, 'cancel'>

/**
 * Sends a request and, if an account is given, answers the challenges it meets (RFC 3261 §22); an INVITE whose session
 * timer the far end finds too short is sent once more with the one that it wants (RFC 4028 §7.3).
 */
export function sendAuthenticated(
  transactions: ClientTransactions,
  request: OutgoingRequest,
  events: TransactionEvents,
): Cancellable {
  let current: OutgoingTransaction
  let isCancelled = false
  let isLengthened = false
  let answers = request.account && new ChallengeAnswers(request.account)

  const send = (outgoing: OutgoingRequest) => {
    const text = printRequest(outgoing.method, outgoing.uri, outgoing.headers, outgoing.body)
    current = transactions.send(
      { dialogId: outgoing.dialogId ?? '', proxy: outgoing.proxy, text },
      { ...events, onFinal: (response) => finish(outgoing, response) },
    )
  }
  const finish = (outgoing: OutgoingRequest, response: ReceivedResponse) => {
    const retry = isCancelled ? undefined : changed(outgoing, response)
    if (!retry) return events.onFinal(response)
    return send(retry)
  }
  const changed = (outgoing: OutgoingRequest, response: ReceivedResponse): OutgoingRequest | undefined => {
    const { status } = response
    if (status === 422 && !isLengthened) {
      isLengthened = true
      answers = request.account && new ChallengeAnswers(request.account)
      return lengthened(outgoing, current.sent, response)
    }
    const isChallenge = status === 401 || status === 407
    if (!isChallenge || !answers?.take(response)) return undefined
    return answered(outgoing, current.sent, response, answers)
  }

  send(request)
  return {
    cancel: (uri, headers) => {
      isCancelled = true
      current.cancel(uri, headers)
    },
  }
}

function lengthened(
  request: OutgoingRequest,
  sentText: string,
  response: ReceivedResponse,
): OutgoingRequest | undefined {
  const longer = longerSession(request.headers, response)
  if (!longer) return undefined
  const call = sameCall(new MessageText(sentText), request.method)
  return { ...request, headers: { ...withoutIdentity(request.headers), ...call, ...longer } }
}

function answered(
  request: OutgoingRequest,
  sentText: string,
  response: ReceivedResponse,
  answers: ChallengeAnswers,
): OutgoingRequest {
  const sent = new MessageText(sentText)
  const uri = sent.startLine.split(' ')[1] ?? request.uri
  const credentials = answers.headers(request.method, uri)
  if (request.dialogId) return { ...request, headers: { ...request.headers, ...credentials } }
  const headers = { ...withoutIdentity(request.headers), ...sameCall(sent, request.method), ...credentials }
  return { ...request, headers, proxy: pinnedProxy(request, response.peer) }
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
