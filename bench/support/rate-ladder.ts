import type { LoadResult } from './call-load.ts'

const rates = [100, 200, 300, 400, 500, 600, 800, 1_000, 1_200, 1_500, 2_000, 2_500]
const enough = 0.999

/** Climbs from rate to rate until one fails twice. Returns what each rate did, the failed one last. */
export async function climb(loadAt: (callsPerSecond: number) => Promise<LoadResult>): Promise<LoadResult[]> {
  const rungs: LoadResult[] = []
  for (const rate of rates) {
    const first = await loadAt(rate)
    const result = holds(first) ? first : await loadAt(rate)
    rungs.push(result)
    if (!holds(result)) break
  }
  return rungs
}

/** The highest rate at which 99.9 % of the calls succeeded, 0 without any. */
export function highestRate(rungs: readonly LoadResult[]): number {
  return rungs.findLast(holds)?.callsPerSecond ?? 0
}

const holds = ({ successShare, isOffered }: LoadResult): boolean => successShare >= enough && isOffered
