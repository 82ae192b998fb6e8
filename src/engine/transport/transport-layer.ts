import type { Flow, ListeningPoint } from './flow.ts'
import type { Hop } from './hop.ts'

/** What the layer above hears from the network. `data` is one whole SIP message, framing already removed. */
export interface TransportUser {
  onMessage(data: Buffer, flow: Flow): void
  /** A stream closed, or a UDP destination answered with ICMP unreachable; `cause` says why. */
  onFlowFailed(flow: Flow, cause: Error): void
}

/** RFC 3261 §18 without the header rules: sockets, framing, connection reuse. */
export interface Transport {
  readonly listeningPoints: readonly ListeningPoint[]
  /**
   * The flow to send a new request on: an existing connection or a new one. UDP answers synchronously.
   * Rejects on connection refusal or time-out.
   */
  flowTo(hop: Hop, signal: AbortSignal): Flow | Promise<Flow>
  /** Sends one whole message. Failures that are known later arrive through `onFlowFailed`. */
  send(flow: Flow, data: Buffer): void
  /** The listening point whose name goes into Via and Contact for messages on this flow. */
  listeningPointOf(flow: Flow): ListeningPoint
}
