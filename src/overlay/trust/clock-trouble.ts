import type { PeerId } from '../protocol/peer-id.ts'

/** Two clocks that differ by more, in milliseconds, are worth a word; records are refused from a minute on. */
const noticeable = 30_000

export interface ClockReading {
  readonly peer: PeerId
  /** That member's clock minus this box's, in milliseconds. */
  readonly ahead: number
}

/**
 * What is wrong with the clocks, whose as far as the others can tell, and what to do; undefined while all is well.
 * Records carry times: a box whose clock is wrong is not believed by the others, and does not believe them.
 */
export function clockTrouble(readings: readonly ClockReading[]): string | undefined {
  const sorted = readings.toSorted((one, other) => one.ahead - other.ahead)
  const wrong = sorted.filter(({ ahead }) => Math.abs(ahead) > noticeable)
  const [first] = wrong
  if (!first) return undefined
  const { peer, ahead } = first
  if (sorted.length === 1) {
    const where = ahead > 0 ? 'ahead of' : 'behind'
    return `the clock of ${peer} is ${spell(ahead)} ${where} this box's: set whichever is wrong`
  }
  const middle = sorted[Math.floor(sorted.length / 2)]?.ahead ?? 0
  const agreed = wrong.filter((reading) => Math.abs(reading.ahead - middle) < noticeable)
  // More than half of the others agree with each other, and not with this box.
  if (2 * agreed.length > sorted.length) {
    const where = middle > 0 ? 'behind' : 'ahead of'
    const text = `this box's clock is ${spell(middle)} ${where} those of ${agreed.length} of ${sorted.length} other boxes`
    return `${text}: set it, by NTP if possible`
  }
  const more = wrong.length > 1 ? `, and ${wrong.length - 1} more are wrong` : ''
  return `the clock of ${peer} is ${spell(ahead)} ${ahead > 0 ? 'ahead' : 'behind'}${more}: set it there`
}

function spell(difference: number): string {
  const seconds = Math.round(Math.abs(difference) / 1_000)
  const minutes = Math.round(seconds / 60)
  if (minutes < 2) return `${seconds} s`
  if (minutes < 120) return `${minutes} min`
  return `${Math.round(minutes / 60)} h`
}
