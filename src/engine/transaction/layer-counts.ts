/** Messages that were dropped without an answer. */
export interface LayerDrops {
  /** Not readable, and not to be answered either. */
  unreadable: number
  /** Responses that name somebody else in their top Via (RFC 3261 §18.1.2). */
  foreignResponses: number
  /** Responses that belong to no transaction. */
  strayResponses: number
}

/** What the transaction layer has seen since it was made; `client` and `server` are transactions open now. */
export interface LayerCounts {
  client: number
  server: number
  clientStarted: number
  serverStarted: number
  /** Requests of ours that got no final response in time, requests to us whose answer was not acknowledged or never made. */
  clientTimeouts: number
  serverTimeouts: number
  requestRetransmissions: number
  responseRetransmissions: number
  /** Messages that could not be read, whether answered or not. */
  parseErrors: number
  readonly dropped: LayerDrops
  strayResponses: number
  strayAcks: number
  /** Requests answered 503 because too many transactions were open, or the engine was too busy. */
  overloaded: number
}

export function newLayerCounts(): LayerCounts {
  return {
    client: 0,
    server: 0,
    clientStarted: 0,
    serverStarted: 0,
    clientTimeouts: 0,
    serverTimeouts: 0,
    requestRetransmissions: 0,
    responseRetransmissions: 0,
    parseErrors: 0,
    dropped: { unreadable: 0, foreignResponses: 0, strayResponses: 0 },
    strayResponses: 0,
    strayAcks: 0,
    overloaded: 0,
  }
}
