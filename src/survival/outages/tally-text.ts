import type { Tally } from './outage-report.ts'

export function totalOf(tally: Partial<Tally>): number {
  return Object.values(tally).reduce<number>((sum, count = 0) => sum + count, 0)
}

/** `1 call`, `2 calls`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** `31: 20 extension, 11 outside`, the most frequent first; `none` of nothing. */
export function tallyText(tally: Partial<Tally>, words: Readonly<Record<string, string>> = {}): string {
  const total = totalOf(tally)
  if (total === 0) return 'none'
  const counts = Object.entries(tally).sort(([, a = 0], [, b = 0]) => b - a)
  return `${total}: ${counts.map(([name, count]) => `${count} ${words[name] ?? name}`).join(', ')}`
}
