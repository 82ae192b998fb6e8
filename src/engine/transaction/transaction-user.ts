import type { SipRequest, SipResponse } from '../message/message.ts'
import type { Flow } from '../transport/flow.ts'
import type { Hop } from '../transport/hop.ts'

/** What the transaction layer tells the core above it (RFC 3261 §17; dialogs, proxy and control stand on this). */
export interface TransactionUser {
  /** A new request, not a retransmission, not ACK, not CANCEL. Answer it by `transaction.respond`. */
  onRequest(transaction: ServerTransaction, request: SipRequest): void
  /** A CANCEL that matched `invite`. The layer has already answered the CANCEL 200; the 487 is the core's. */
  onCancel(invite: ServerTransaction, cancel: SipRequest): void
  /** An ACK outside any transaction: it belongs to a 2xx (RFC 3261 §13.3.1.4). */
  onAck(ack: SipRequest, flow: Flow): void
  /** A response that matches no transaction: a retransmitted or forked 2xx (RFC 6026 §7.2 for proxies). */
  onStrayResponse(response: SipResponse, flow: Flow): void
}

export interface ServerTransaction {
  /** Unique for the life of the process. */
  readonly key: string
  readonly request: SipRequest
  readonly flow: Flow
  readonly isInvite: boolean
  /** True once a final response was given. */
  readonly isFinal: boolean
  /** The To tag for responses of our own: that of those already sent, else one chosen now for all (RFC 3261 §8.2.6.2). */
  readonly toTag: string
  /**
   * Sends a response; provisional or final. Via, From, To, Call-ID and CSeq must be in it already
   * (`responseTo(request, status, reason)` makes such a response). Returns false if it came too late to be sent. What
   * RFC 4320 §4 forbids for other requests than INVITE, provisional responses and 408, always comes too late.
   * In the Accepted state of RFC 6026 further 2xx pass through, which is how 2xx retransmissions are sent.
   */
  respond(response: SipResponse): boolean
  /** Called once, when the transaction is over for whatever reason. */
  onTerminated?: (() => void) | undefined
}

export interface ClientTransactionEvents {
  /** Every provisional (100 too) and final response, retransmissions removed; 2xx to INVITE may come from several forks. */
  onResponse(response: SipResponse, flow: Flow): void
  /**
   * No final response: all hops tried. `timeout` is Timer B/F (a core makes it 408), `transport` no hop could be
   * reached and `resolve` the name leads nowhere (a core makes these 503); `flow` a flow that is gone (430, RFC 5626).
   */
  onFailure(failure: ClientFailure): void
  /** The request as it went out, with its Via, each time a hop is tried. */
  onSent?(request: SipRequest, flow: Flow, hop: Hop | undefined): void
}

export interface ClientFailure {
  readonly kind: 'timeout' | 'transport' | 'resolve' | 'flow'
  readonly cause: Error
}

export interface ClientTransaction {
  readonly key: string
  readonly request: SipRequest
  readonly isInvite: boolean
  /** RFC 3261 §9.1: waits for a provisional if none has come, then sends CANCEL on the same hop. Extra headers allowed. */
  cancel(headers?: readonly (readonly [name: string, value: string])[]): void
  /** Forgets the transaction; nothing more is reported. */
  abandon(): void
}

/** Where to send: a URI to be resolved (RFC 3263), given hops in order, or a flow that is already open. */
export type Destination =
  | { readonly kind: 'uri'; readonly uri: string }
  | { readonly kind: 'hops'; readonly hops: readonly Hop[] }
  | { readonly kind: 'flow'; readonly flow: Flow }

export interface TransactionLayer {
  /**
   * Starts a client transaction (never for ACK). The layer adds the top Via, resolves the destination and moves to
   * the next hop on transport error, 503, or when a hop stays silent while others remain (RFC 3263 §4.3): each hop
   * gets a transaction and a branch of its own, and only the last outcome is reported. `branchMark` is what every
   * branch ends with (RFC 3261 §16.6 step 8).
   */
  request(
    request: SipRequest,
    destination: Destination,
    events: ClientTransactionEvents,
    branchMark?: string,
  ): ClientTransaction
  /** Sends an ACK for a 2xx, or forwards any request statelessly; adds the Via. `onSent` tells what went out. */
  sendDirect(
    request: SipRequest,
    destination: Destination,
    onSent?: (request: SipRequest, flow: Flow) => void,
  ): void
  /** Forwards a stray 2xx upstream as RFC 6026 §7.2 asks a proxy: by the topmost Via that is left. */
  forwardResponse(response: SipResponse): void
  readonly counts: { readonly client: number; readonly server: number }
}
