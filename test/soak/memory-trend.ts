export interface MemorySample {
  /** Since the traffic began. */
  readonly second: number
  readonly bytes: number
}

export interface MemoryTrend {
  /** Least of the first window after the warm-up, and of the last one. */
  readonly afterWarmUp: number
  readonly atEnd: number
  /** Of a straight line through the floors, from the warm-up to the end. Negative when memory fell. */
  readonly riseBytes: number
  readonly allowedBytes: number
  readonly isFlat: boolean
}

export interface Allowance {
  readonly bytes: number
  /** Of the memory after the warm-up. */
  readonly share: number
}

const windows = 6

/**
 * Whether memory stays after the warm-up. The time after it is cut into windows, and of each the least counts: what is
 * above it is garbage that nobody has collected yet.
 */
export function memoryTrend(
  samples: readonly MemorySample[],
  warmUpSeconds: number,
  allowance: Allowance,
): MemoryTrend {
  const last = samples.at(-1)?.second ?? 0
  const width = (last - warmUpSeconds) / windows
  const floors = Array.from({ length: windows }, (_, window) => {
    const from = warmUpSeconds + window * width
    const until = from + width
    const inside = samples.filter(({ second }) => second >= from && second <= until)
    if (inside.length === 0) throw new Error(`no sample of the memory from second ${from} to ${until}`)
    return Math.min(...inside.map(({ bytes }) => bytes))
  })
  const [afterWarmUp = 0] = floors
  const riseBytes = slope(floors) * windows
  const allowedBytes = Math.max(allowance.bytes, allowance.share * afterWarmUp)
  return {
    afterWarmUp,
    atEnd: floors.at(-1) ?? 0,
    riseBytes,
    allowedBytes,
    isFlat: riseBytes <= allowedBytes,
  }
}

/** Of the least-squares line through values that lie 1 apart. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  let above = 0
  let below = 0
  for (const [index, value] of values.entries()) {
    above += (index - middle) * (value - mean)
    below += (index - middle) ** 2
  }
  return above / below
}
