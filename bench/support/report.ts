import type { LoadResult } from './call-load.ts'
import { median } from './quantile.ts'

/** One start of one system. */
export interface Run {
  readonly system: string
  /** At the rate at which all systems are compared. */
  readonly compared: LoadResult
  readonly rungs: readonly LoadResult[]
  readonly highestRate: number
}

/** Medians over the runs of one system; ratios are to the reference. */
export interface Figures {
  readonly system: string
  readonly cpuPerThousand: number
  readonly cpuRatio: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly highestRate: number
  readonly rateRatio: number
  readonly cpuPerThousandAtHighest: number
}

export function summarise(runs: readonly Run[], reference: string): Figures[] {
  const names = [...new Set(runs.map(({ system }) => system))]
  const raw = names.map((name) => medians(runs.filter(({ system }) => system === name)))
  const base = raw.find(({ system }) => system === reference)
  return raw.map((figures) => ({
    ...figures,
    cpuRatio: figures.cpuPerThousand / (base?.cpuPerThousand ?? Number.NaN),
    rateRatio: figures.highestRate / (base?.highestRate ?? Number.NaN),
  }))
}

function medians(runs: readonly Run[]): Omit<Figures, 'cpuRatio' | 'rateRatio'> {
  const of = (figure: (run: Run) => number): number => median(runs.map(figure))
  return {
    system: runs[0]?.system ?? '',
    cpuPerThousand: of(({ compared }) => compared.cpuPerThousand),
    p50Ms: of(({ compared }) => compared.p50Ms),
    p99Ms: of(({ compared }) => compared.p99Ms),
    highestRate: of((run) => run.highestRate),
    cpuPerThousandAtHighest: of(costAtHighest),
  }
}

function costAtHighest({ rungs, highestRate }: Run): number {
  return rungs.find(({ callsPerSecond }) => callsPerSecond === highestRate)?.cpuPerThousand ?? Number.NaN
}

export function table(figures: readonly Figures[], comparedRate: number, reference: string): string {
  const head = [
    'system',
    `CPU s / 1,000 calls at ${comparedRate}/s`,
    'ratio',
    'answer p50 ms',
    'p99 ms',
    'highest rate ≥ 99.9 %',
    'ratio',
    'CPU s / 1,000 there',
  ]
  const rows = figures.map((each) => [
    each.system,
    each.cpuPerThousand.toFixed(2),
    each.cpuRatio.toFixed(2),
    each.p50Ms.toFixed(1),
    each.p99Ms.toFixed(1),
    `${each.highestRate}/s`,
    each.rateRatio.toFixed(2),
    each.cpuPerThousandAtHighest.toFixed(2),
  ])
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  const rule = widths.map((width) => '-'.repeat(width))
  return [
    '',
    line(head),
    line(rule),
    ...rows.map(line),
    '',
    `Medians; ratios are to ${reference}. SIPp runs on the same cores.`,
  ].join('\n')
}
