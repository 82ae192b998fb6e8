/** A bucket that fills with time and is emptied by requests; a value, never changed in place. */
export interface TokenBucket {
  readonly tokens: number
  /** When `tokens` was true, in milliseconds since the Unix epoch. */
  readonly at: number
}

export interface BucketRate {
  readonly perSecond: number
  /** What a full bucket holds. */
  readonly burst: number
}

export function fullBucket({ burst }: BucketRate, now: number): TokenBucket {
  return { tokens: burst, at: now }
}

/** The bucket after one more request, and whether there was a token for it. */
export function takeToken(
  bucket: TokenBucket,
  rate: BucketRate,
  now: number,
): { readonly bucket: TokenBucket; readonly isAllowed: boolean } {
  const elapsedSeconds = Math.max(0, now - bucket.at) / 1_000
  const tokens = Math.min(rate.burst, bucket.tokens + elapsedSeconds * rate.perSecond)
  const isAllowed = tokens >= 1
  return { bucket: { tokens: isAllowed ? tokens - 1 : tokens, at: now }, isAllowed }
}
