import type { OverloadSettings } from './overload-settings.ts'

export interface Shedding {
  /** Of a hundred new requests so many are turned away. */
  readonly percent: number
  /** Samples at or above the high mark, one after the other. */
  readonly highInARow: number
}

export const noShedding: Shedding = { percent: 0, highInARow: 0 }

/** Up fast and in proportion to the lag, down slowly, and nothing between the marks, so that it does not swing. */
export function nextShedding(current: Shedding, lagMs: number, settings: OverloadSettings): Shedding {
  const { highLagMs, lowLagMs, samplesToBegin, raisePercent, lowerPercent } = settings
  if (lagMs >= highLagMs) {
    const highInARow = current.highInARow + 1
    if (highInARow < samplesToBegin) return { percent: current.percent, highInARow }
    const raise = raisePercent * Math.floor(lagMs / highLagMs)
    return { percent: Math.min(100, current.percent + raise), highInARow }
  }
  if (lagMs > lowLagMs) return { percent: current.percent, highInARow: 0 }
  return { percent: Math.max(0, current.percent - lowerPercent), highInARow: 0 }
}
