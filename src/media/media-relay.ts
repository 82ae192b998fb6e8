import type { MediaDialect } from './media-dialect.ts'

/** The two ends of a relayed call, by any names that stay the same while it lasts. */
export interface RelayedExchange {
  /** One for each pair of legs. */
  readonly callId: string
  /** Who makes the offer. */
  readonly offerer: string
  /** Who answers it. */
  readonly answerer: string
}

/** A relay for media: it rewrites SDP so that both ends send to it, each in its dialect. All calls are bounded in time. */
export interface MediaRelay {
  /** The SDP to send to the answerer. Rejects with `MediaRelayFailed`. */
  offer(exchange: RelayedExchange, sdp: string, dialect: MediaDialect): Promise<string>
  /** The SDP to send to the offerer. Rejects with `MediaRelayFailed`. */
  answer(exchange: RelayedExchange, sdp: string, dialect: MediaDialect): Promise<string>
  /** When media came last from each end, by its name, ms since the Unix epoch. Rejects with `MediaRelayFailed`. */
  lastHeard?(callId: string): Promise<ReadonlyMap<string, number>>
  /** Frees the ports of the call. */
  delete(callId: string): Promise<void>
}
