/** Failures of one source within a sliding window; a value, never changed in place. */
export type FailureWindow = readonly number[]

/** The window with one more failure at `now`, and whether that makes `limit` of them. */
export function addFailure(
  window: FailureWindow,
  now: number,
  windowMs: number,
  limit: number,
): { readonly window: FailureWindow; readonly isFull: boolean } {
  const recent = [...window.filter((at) => at > now - windowMs), now].slice(-limit)
  return { window: recent, isFull: recent.length >= limit }
}
