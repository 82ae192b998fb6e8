/** What a call costs. Amounts in thousandths of the operator's currency unit. */
export interface CallRate {
  readonly perMinute: number
  /** Once for each answered call. */
  readonly setup: number
  /** Talking time is charged in steps of so many seconds, a step that was begun in full. */
  readonly stepSeconds: number
}

/** The price of an answered call of that length, in thousandths of the currency unit; rounded up. */
export function priceOf({ perMinute, setup, stepSeconds }: CallRate, talkedMs: number): number {
  const steps = Math.ceil(talkedMs / (stepSeconds * 1_000))
  return Math.ceil(setup + (steps * stepSeconds * perMinute) / 60)
}
