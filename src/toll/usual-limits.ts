import type { TollFraudSection } from '../config/sections/toll-fraud.ts'
import { type TollLimit, tollLimit, type WrittenTollLimit } from '../config/sections/toll-limits.ts'

/** The limits that hold: those of the config first, then the usual ones that none of them takes the place of. */
export function limitsOf({ enabled, usualLimits: areUsual, limits }: TollFraudSection): readonly TollLimit[] {
  if (!enabled) return []
  const own = new Set(limits.map(({ name }) => name))
  const usual = areUsual ? usualLimits.filter(({ name }) => !own.has(name)) : []
  return [...limits, ...usual.map((limit) => tollLimit.parse(limit))]
}

/**
 * Safe for a village: people do not notice them, and a stolen password costs a few calls. How fast somebody dials tells a
 * program from a person, and blocks; how much he talks only ends with the day.
 */
const usualLimits: readonly WrittenTollLimit[] = [
  {
    name: 'premium-velocity',
    who: 'user',
    classes: ['premium'],
    callsPerMinute: 3,
    callsPerHour: 10,
    neighbouringNumbersInARow: 3,
    onCrossing: 'block',
  },
  {
    name: 'premium-use',
    who: 'user',
    classes: ['premium'],
    concurrent: 1,
    longestCallSeconds: 1_800,
    minutesPerDay: 60,
  },
  {
    name: 'international-velocity',
    who: 'user',
    classes: ['international'],
    callsPerMinute: 6,
    callsPerHour: 30,
    differentNumbersPerHour: 12,
    neighbouringNumbersInARow: 5,
    onCrossing: 'block',
  },
  { name: 'international-use', who: 'user', classes: ['international'], concurrent: 2, minutesPerDay: 240 },
  {
    name: 'use',
    who: 'user',
    callsPerMinute: 10,
    callsPerHour: 100,
    concurrent: 5,
    longestCallSeconds: 14_400,
    minutesPerDay: 720,
  },
  {
    name: 'pbx-premium-velocity',
    who: 'pbx',
    classes: ['premium'],
    callsPerMinute: 5,
    callsPerHour: 20,
    neighbouringNumbersInARow: 3,
    onCrossing: 'block-such',
  },
  {
    name: 'pbx-international-velocity',
    who: 'pbx',
    classes: ['international'],
    callsPerMinute: 10,
    callsPerHour: 120,
    differentNumbersPerHour: 60,
    neighbouringNumbersInARow: 6,
    onCrossing: 'block-such',
  },
  {
    name: 'pbx-international-use',
    who: 'pbx',
    classes: ['international', 'premium'],
    concurrent: 10,
    minutesPerDay: 1_440,
  },
  { name: 'pbx-use', who: 'pbx', callsPerMinute: 120, longestCallSeconds: 14_400 },
  {
    name: 'peer-international-velocity',
    who: 'peer',
    classes: ['international', 'premium'],
    callsPerMinute: 10,
    callsPerHour: 60,
    differentNumbersPerHour: 30,
    neighbouringNumbersInARow: 6,
    onCrossing: 'block-such',
  },
  {
    name: 'peer-international-use',
    who: 'peer',
    classes: ['international', 'premium'],
    concurrent: 4,
    minutesPerDay: 480,
  },
  {
    name: 'peer-use',
    who: 'peer',
    callsPerMinute: 30,
    callsPerHour: 500,
    concurrent: 10,
    longestCallSeconds: 14_400,
    minutesPerDay: 1_440,
  },
]
