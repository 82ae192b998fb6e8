/** What a limit can count. */
export type Counted =
  | 'callsPerMinute'
  | 'callsPerHour'
  | 'differentNumbersPerHour'
  | 'neighbouringNumbersInARow'
  | 'concurrent'
  | 'minutesPerDay'
  | 'spendPerDay'

/** Where one payer stands in one respect of one limit. */
export interface Standing {
  readonly counted: Counted
  readonly count: number
  readonly most: number
  /** One more call would be too much. */
  readonly isFull: boolean
}

const inWords: Readonly<Record<Counted, (standing: Standing) => string>> = {
  callsPerMinute: ({ count, most }) => `${count} of ${most} calls this minute`,
  callsPerHour: ({ count, most }) => `${count} of ${most} calls this hour`,
  differentNumbersPerHour: ({ count, most }) => `${count} of ${most} different numbers this hour`,
  neighbouringNumbersInARow: ({ count, most }) => `${count} of ${most} neighbouring numbers in a row`,
  concurrent: ({ count, most }) => `${count} of ${most} calls at the same time`,
  minutesPerDay: ({ count, most }) => `${Math.floor(count)} of ${most} minutes today`,
  spendPerDay: ({ count, most }) => `${inUnits(count)} of ${inUnits(most)} spent today`,
}

/** `18 of 20 calls this minute` */
export function describeStanding(standing: Standing): string {
  return inWords[standing.counted](standing)
}

/** The one nearest to its limit. */
export function tightest<Met extends { readonly standing: Standing }>(all: readonly Met[]): Met | undefined {
  let best: Met | undefined
  for (const met of all) if (!best || share(met.standing) > share(best.standing)) best = met
  return best
}

function share({ count, most }: Standing): number {
  return most === 0 ? 1 : count / most
}

/** Thousandths of the currency unit as people write amounts. */
function inUnits(thousandths: number): string {
  return (thousandths / 1_000).toFixed(2)
}
