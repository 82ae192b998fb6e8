import type { CallClass } from './call-class.ts'

/** What a user may dial; `mayDial` of the config. */
export const dialRights = [
  'internal',
  'overlay',
  'domains',
  'pstn',
  'national',
  'international',
  'premium',
] as const

export type DialRight = (typeof dialRights)[number]

/** Any of these rights opens a class; `pstn` stands for the telephone network without its premium numbers. */
const rightsFor: Readonly<Record<CallClass, readonly DialRight[]>> = {
  'toll-free': ['pstn', 'national', 'international'],
  national: ['pstn', 'national'],
  mobile: ['pstn', 'national'],
  international: ['pstn', 'international'],
  premium: ['premium'],
}

/** Whether these rights reach numbers of that class. */
export function mayReach(callClass: CallClass, rights: readonly DialRight[]): boolean {
  return rightsFor[callClass].some((right) => rights.includes(right))
}

/** The right that somebody who may not reach the class lacks, for the operator. */
export function rightFor(callClass: CallClass): DialRight {
  return callClass === 'toll-free' || callClass === 'mobile' ? 'national' : callClass
}
