import type { Goal } from './goal.ts'
import type { Figures } from './report.ts'

/** What is promised of calls through the box (issue 3, "Must hold"), for the systems that were measured. */
export function callGoals(figures: readonly Figures[], reference: string): readonly Goal[] {
  const peer = figures.find(({ system }) => system === reference)?.cpuPerThousand ?? Number.NaN
  return figures.flatMap((each) => {
    if (each.system === 'box as B2BUA') return b2buaGoals(each, peer)
    return each.system === 'box as proxy' ? proxyGoals(each) : []
  })
}

function b2buaGoals(figures: Figures, peerCpuMs: number): Goal[] {
  const cpu = {
    what: `${figures.system}, CPU`,
    limit: Number(Math.max(2, 2.5 * peerCpuMs).toFixed(2)),
    isAtMost: true,
    measured: figures.cpuPerThousand,
    unit: 'ms a call',
  }
  return [cpu, rateGoal(figures, 500), latencyGoal(figures)]
}

function proxyGoals(figures: Figures): Goal[] {
  const cpu = {
    what: `${figures.system}, CPU`,
    limit: 1.2,
    isAtMost: true,
    measured: figures.cpuRatio,
    unit: "times Kamailio's",
  }
  return [cpu, rateGoal(figures, 1_000), latencyGoal(figures)]
}

function rateGoal({ system, highestRate }: Figures, limit: number): Goal {
  return { what: `${system}, highest rate`, limit, isAtMost: false, measured: highestRate, unit: 'calls/s' }
}

function latencyGoal({ system, p99Ms }: Figures): Goal {
  return { what: `${system}, answer p99`, limit: 15, isAtMost: true, measured: p99Ms, unit: 'ms' }
}
