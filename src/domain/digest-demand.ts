/** By what somebody is asked for his password (RFC 7616). */
export interface DigestDemand {
  /** Of the challenge. */
  readonly realm: string
  /** Others whose credentials do as well. */
  readonly otherRealms?: readonly string[]
  /** Offered in this order; undefined: what the box offers everybody. */
  readonly algorithms?: readonly DemandedAlgorithm[]
}

export type DemandedAlgorithm = 'MD5' | 'SHA-256'
