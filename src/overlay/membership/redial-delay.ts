const firstDelays = [200, 500, 1_000, 2_000, 4_000, 8_000]
const lostLately = 3_600_000
const longestWhenLostLately = 10_000
const longest = 60_000

/**
 * Milliseconds to wait after so many failures, a fifth more or less. A box that was connected within the last hour is
 * tried every ten seconds at least: that is how a network that was cut in two becomes one again.
 */
export function redialDelay(failures: number, sinceLost: number | undefined, random: () => number): number {
  const isLostLately = sinceLost !== undefined && sinceLost < lostLately
  const most = isLostLately ? longestWhenLostLately : longest
  // Who was never met may be nobody: from one second on.
  const step = failures - 1 + (sinceLost === undefined ? 2 : 0)
  const delay = firstDelays[step] ?? 8_000 * 2 ** (step - firstDelays.length + 1)
  return Math.min(most, delay) * (0.8 + 0.4 * random())
}
