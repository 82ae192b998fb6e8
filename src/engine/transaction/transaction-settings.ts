/** Timer values of RFC 3261 §17 and the limits of the transaction layer. Times in milliseconds. */
export interface TransactionSettings {
  readonly t1Ms: number
  readonly t2Ms: number
  readonly t4Ms: number
  /** When an INVITE that nobody has answered gets a 100 (RFC 3261 §17.2.1); 0: at once. */
  readonly autoTryingAfterMs: number
  /** How long a hop may stay silent while others remain to be tried. */
  readonly hopSilenceMs: number
  /** How long a hop that was found dead is tried last. */
  readonly penaltyMs: number
  readonly maxPenalties: number
  readonly resolveTimeoutMs: number
  /** Larger requests are sent over TCP where UDP was chosen, if the hop takes TCP (RFC 3261 §18.1.1). */
  readonly maxUdpRequestBytes: number
  /** How long such a hop may take to accept TCP, and how long one that did not is not asked again. */
  readonly tcpPatienceMs: number
  readonly tcpRetryAfterMs: number
  /** An INVITE that rings without any news for so long is cancelled, or answered 408. */
  readonly ringingLimitMs: number
  /** Beyond these, new requests are answered 503 with Retry-After, or fail. */
  readonly maxServerTransactions: number
  readonly maxClientTransactions: number
  readonly retryAfterSeconds: number
  /** The grain of all the timers above. */
  readonly tickMs: number
}

export const defaultTransactionSettings: TransactionSettings = {
  t1Ms: 500,
  t2Ms: 4_000,
  t4Ms: 5_000,
  autoTryingAfterMs: 200,
  hopSilenceMs: 2_000,
  penaltyMs: 30_000,
  maxPenalties: 1_024,
  resolveTimeoutMs: 5_000,
  maxUdpRequestBytes: 1_300,
  tcpPatienceMs: 500,
  tcpRetryAfterMs: 600_000,
  ringingLimitMs: 600_000,
  maxServerTransactions: 100_000,
  maxClientTransactions: 100_000,
  retryAfterSeconds: 5,
  tickMs: 10,
}
