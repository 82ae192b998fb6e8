/** The most of what happened at these times, in milliseconds and in order, within any span of so many milliseconds. */
export function mostWithin(spanMs: number, times: readonly number[]): number {
  let most = 0
  let first = 0
  for (const [index, time] of times.entries()) {
    while ((times[first] ?? time) <= time - spanMs) first++
    most = Math.max(most, index - first + 1)
  }
  return most
}
