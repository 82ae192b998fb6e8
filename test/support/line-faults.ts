/** What a line makes of a datagram: after how many milliseconds each of its copies comes out. None: it is lost. */
export type LineFaults = (datagram: string) => readonly number[]

export interface Noise {
  /** The same seed makes the same line. */
  readonly seed: number
  /** Shares from 0 to 1. */
  readonly loss?: number
  readonly duplication?: number
  readonly reordering?: number
  /** How long a datagram that loses its place is held back, at most. */
  readonly holdMs?: number
}

const untouched = [0]

export const soundLine: LineFaults = () => untouched

export function noisyLine({
  seed,
  loss = 0,
  duplication = 0,
  reordering = 0,
  holdMs = 40,
}: Noise): LineFaults {
  const random = mulberry32(seed)
  const delay = () => (random() < reordering ? 1 + random() * (holdMs - 1) : 0)
  return () => {
    if (random() < loss) return []
    const isDoubled = random() < duplication
    return isDoubled ? [delay(), delay()] : [delay()]
  }
}

/** Loses the first `times` datagrams that match, and no other. */
export function losing(pattern: RegExp, times = 1): LineFaults {
  let left = times
  return (datagram) => {
    if (left === 0 || !pattern.test(datagram)) return untouched
    left -= 1
    return []
  }
}

/** A small generator of good spread; `Math.random` takes no seed. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
