import { type CountsByKind, noCounts } from './message-counts.ts'

/** What the transaction layer has seen since it was made; `client` and `server` are transactions open now. */
export interface LayerCounts {
  client: number
  server: number
  readonly received: CountsByKind
  readonly sent: CountsByKind
  requestRetransmissions: number
  responseRetransmissions: number
  /** Messages that could not be read, whether answered or not. */
  parseErrors: number
  /** Messages dropped without an answer, those not readable among them. */
  dropped: number
  strayResponses: number
  strayAcks: number
  /** Requests answered 503 because too many transactions were open, or the engine was too busy. */
  overloaded: number
}

export function newLayerCounts(): LayerCounts {
  return {
    client: 0,
    server: 0,
    received: noCounts(),
    sent: noCounts(),
    requestRetransmissions: 0,
    responseRetransmissions: 0,
    parseErrors: 0,
    dropped: 0,
    strayResponses: 0,
    strayAcks: 0,
    overloaded: 0,
  }
}
