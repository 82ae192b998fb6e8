import type { Flow, ListeningPoint } from './flow.ts'
import type { Hop } from './hop.ts'

/** What the layer above hears from the network. `data` is one whole SIP message, framing already removed. */
export interface TransportUser {
  onMessage(data: Buffer, flow: Flow): void
  /** A stream closed, or a UDP destination answered with ICMP unreachable; `cause` says why. */
  onFlowFailed(flow: Flow, cause: Error): void
  /**
   * A stream is out of step and is closed after this call. `head` is the header block as far as it came, so that a
   * request can be answered with `status` if enough of it is there.
   */
  onBadFrame(head: Buffer, flow: Flow, status: 400 | 513, reason: string): void
}

/** RFC 3261 §18 without the header rules: sockets, framing, connection reuse. */
export interface Transport {
  /** Names the one who hears from the network; called once, before the start. */
  deliverTo(user: TransportUser): void
  readonly listeningPoints: readonly ListeningPoint[]
  /**
   * The flow to send a new request on: an existing connection or a new one. UDP answers synchronously.
   * Rejects on connection refusal or time-out; throws FlowFailed when the hop is a flow that is not open, and an Error
   * when no listening point suits.
   */
  flowTo(hop: Hop, signal: AbortSignal): Flow | Promise<Flow>
  /** The listening point that `flowTo` would use: that of an open stream to the hop, else the one on its network. */
  pointTowards(hop: Hop): ListeningPoint | undefined
  /** The UDP flow from the same socket to another port of the same remote address (RFC 3261 §18.2.2). */
  flowBeside(flow: Flow, remotePort: number): Flow
  /** Sends one whole message. Failures that are known later arrive through `onFlowFailed`. */
  send(flow: Flow, data: Buffer): void
  /** A request has gone out on this flow. If the destination stays silent the transport finds out whether it is dead. */
  expectAnswer(flow: Flow): void
  /** The far end answers pings on this stream of ours, and wants one at least every so often (RFC 5626, RFC 6223). */
  keepAlive(flow: Flow, seconds: number): void
  /** The far end has promised to show life on this stream of its own that often; without it the stream is closed. */
  expectKeepAlive(flow: Flow, seconds: number): void
  /**
   * The far end wants requests for `host:port` on the stream that it opened (RFC 5923). Without effect when it does not
   * prove that it may: by a certificate for `host`, or on TCP by being at that very address.
   */
  alias(flow: Flow, host: string, port: number): void
  /** The listening point whose name goes into Via and Contact for messages on this flow. */
  listeningPointOf(flow: Flow): ListeningPoint
}
