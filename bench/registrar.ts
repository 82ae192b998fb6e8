import { parseArgs } from 'node:util'
import { installDebian } from '../appliance/debian/install-debian.ts'
import { labPrograms } from '../test/support/lab-programs.ts'
import { goalLine } from './support/goal.ts'
import { recordRun } from './support/history.ts'
import { median } from './support/quantile.ts'
import { holds, type RegisterResult, register } from './support/register-load.ts'
import {
  kamailioName,
  manyUsers,
  type RegistrarSystem,
  registrarSystems,
} from './support/registrar-system.ts'

// node bench/registrar.ts [--runs 3] [--only box] [--json] [--record]: registrations with digest over UDP on loopback; a challenge and
// the authorised REGISTER after it are one. bench/README.md says how to read the figures.

interface Run {
  readonly system: string
  readonly fresh: RegisterResult
  readonly refreshing: RegisterResult
  readonly highestRate: number
}

const comparedRate = 1_000
const rungs = [1_500, 2_000, 2_500, 3_000]
const secondsOfRung = 5
const goalRate = 1_500

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
})
const runs = Number(values.runs)
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs} is not a number of runs`)
if (!installDebian(labPrograms, 'the bench')) process.exit(1)

const users = manyUsers(5_000)
const measured: Run[] = []
for (let run = 1; run <= runs; run++) {
  for (const { name, make } of registrarSystems(users)) {
    if (values.only && !name.includes(values.only)) continue
    console.error(`${name}, run ${run} of ${runs}`)
    measured.push(await measure(name, make()))
  }
}
const figures = [...new Set(measured.map(({ system }) => system))].map(medians)
const peer = figures.find(({ system }) => system === kamailioName)
const goals = figures
  .filter(({ system }) => system !== kamailioName)
  .map(({ system, highestRate }) => ({
    what: `${system}, registrations`,
    limit: goalRate,
    isAtMost: false,
    measured: highestRate,
    unit: 'per second',
  }))
const rows = figures.map((each) => ({
  ...each,
  freshRatio: Number((each.freshCpuMs / (peer?.freshCpuMs ?? Number.NaN)).toFixed(2)),
  refreshRatio: Number((each.refreshCpuMs / (peer?.refreshCpuMs ?? Number.NaN)).toFixed(2)),
}))
if (values.json) console.log(JSON.stringify({ comparedRate, runs, figures: rows, measured }, null, 2))
else {
  console.table(rows)
  for (const goal of goals) console.log(goalLine(goal))
}
if (values.record) recordRun('registrar', rows)

async function measure(name: string, system: RegistrarSystem): Promise<Run> {
  try {
    await system.start()
    const each = { users, registrations: users.length, perSecond: comparedRate }
    const fresh = told('fresh', await register(system, each))
    const refreshing = told('refreshing', await register(system, each))
    let highestRate = holds(refreshing) ? comparedRate : 0
    for (const perSecond of rungs) {
      const load = { users, registrations: perSecond * secondsOfRung, perSecond }
      const result = told('highest', await register(system, load))
      if (!holds(result)) break
      highestRate = perSecond
    }
    return { system: name, fresh, refreshing, highestRate }
  } finally {
    await system.stop()
  }
}

function told(what: string, result: RegisterResult): RegisterResult {
  const share = (result.successShare * 100).toFixed(2)
  const cost = result.cpuMs.toFixed(2)
  console.error(
    `  ${what}, ${result.perSecond}/s: ${share} % accepted, ${cost} CPU ms each, ${result.retransmissions} sent again` +
      `${result.isOffered ? '' : ', too slow'}`,
  )
  return result
}

function medians(system: string) {
  const own = measured.filter((run) => run.system === system)
  const of = (figure: (run: Run) => number): number => Number(median(own.map(figure)).toFixed(3))
  return {
    system,
    freshCpuMs: of(({ fresh }) => fresh.cpuMs),
    refreshCpuMs: of(({ refreshing }) => refreshing.cpuMs),
    highestRate: of(({ highestRate }) => highestRate),
  }
}
