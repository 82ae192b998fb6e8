import type { SipMessage, SipRequest, SipResponse } from '../../src/engine/message/message.ts'
import type { Flow } from '../../src/engine/transport/flow.ts'
import type { SentMessage } from '../unit/engine/transaction/fake-transport.ts'
import { demand } from './fuzz-target.ts'

interface Final {
  readonly status: number
  readonly tag: string | undefined
  readonly at: number
}

// How long a transaction on UDP remembers: 64·T1.
const lifetimeMs = 32_000
const statelessStatuses = [400, 481, 503, 505, 513]
// A parallel fork has 32 branches at most, and every application may be told.
const mostAtOnce = 100

/** Watches what the engine sends for what RFC 3261 §17 never allows. */
export class EnginePromises {
  readonly #finals = new Map<string, Final>()
  readonly #released = new Set<string>()
  readonly #invitesOut = new Map<string, number>()
  readonly #awaitedAcks = new Map<string, number>()
  readonly #refusedOnce = new Set<string>()

  /** INVITEs that were answered with a 2xx, either way; retransmissions count too. */
  answeredCalls = 0

  /** A request was delivered. After an ACK, or a message that no phone sends, its transaction may answer anew. */
  delivered(request: SipRequest, isMangled: boolean): void {
    const { method } = request
    if (isMangled || method === 'ACK')
      this.#released.add(transactionOf(request, method === 'ACK' ? 'INVITE' : method))
  }

  /** A refusal of an INVITE of the engine's was delivered: its ACK is due. */
  refusalDelivered(response: SipResponse, now: number): void {
    const branch = response.topVia.branch ?? ''
    const sentAt = this.#invitesOut.get(branch)
    if (sentAt === undefined || this.#refusedOnce.has(branch)) return
    this.#refusedOnce.add(branch)
    if (now - sentAt < lifetimeMs - 1_000) this.#awaitedAcks.set(branch, response.status)
  }

  /** Responses of the hop do not count any more. */
  forgetInvite(branch: string): void {
    this.#invitesOut.delete(branch)
    // It may well be sent again.
    this.#refusedOnce.add(branch)
  }

  sent(messages: readonly SentMessage[], isStep: boolean): void {
    demand(!isStep || messages.length <= mostAtOnce, `one event makes few messages: ${messages.length}`)
    for (const { message, flow, at } of messages) {
      wellFormed(message)
      if (message.isRequest) this.#requestSent(message, at)
      else this.#responseSent(message, flow, at)
    }
  }

  acksAreOut(): void {
    const [branch, status] = [...this.#awaitedAcks][0] ?? []
    demand(branch === undefined, `every refusal of an INVITE is acknowledged: not the ${status} to ${branch}`)
  }

  #requestSent(request: SipRequest, at: number): void {
    const branch = request.topVia.branch ?? ''
    demand(branch.startsWith('z9hG4bK'), 'requests carry a branch of RFC 3261')
    if (request.method === 'INVITE' && !this.#refusedOnce.has(branch)) {
      if (!this.#invitesOut.has(branch)) this.#invitesOut.set(branch, at)
    } else if (request.method === 'ACK') {
      this.#awaitedAcks.delete(branch)
    }
  }

  #responseSent(response: SipResponse, flow: Flow, at: number): void {
    const { status } = response
    const { method } = response.cseq
    if (method === 'INVITE' && status >= 200 && status < 300) this.answeredCalls++
    if (status < 200 || method === 'CANCEL' || statelessStatuses.includes(status)) return
    demand(method !== 'ACK', 'an ACK is never answered')
    const transaction = transactionOf(response, method)
    if (flow.transport !== 'udp' || this.#released.has(transaction)) return
    const known = this.#finals.get(transaction)
    const { tag } = response.to
    if (!known || at - known.at >= lifetimeMs) {
      this.#finals.set(transaction, { status, tag, at })
      return
    }
    // Forks that answer get through whatever was said before (RFC 3261 §16.7 step 5).
    if (method === 'INVITE' && status < 300) return
    demand(
      known.status === status && known.tag === tag,
      `one final response to ${transaction}: ${known.status} and then ${status}`,
    )
  }
}

function wellFormed(message: SipMessage): void {
  message.checkMandatory()
  if (message.isRequest || message.status === 100) return
  demand(message.to.tag !== undefined, `responses but 100 have a To tag: ${message.status}`)
}

const transactionOf = (message: SipMessage, method: string): string =>
  `${message.topVia.branch} ${message.topVia.host}:${message.topVia.port} ${method}`
