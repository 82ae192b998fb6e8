import { parseArgs } from 'node:util'
import { installDebian } from '../appliance/debian/install-debian.ts'
import { labPrograms } from '../test/support/lab-programs.ts'
import { type Goal, goalLine } from './support/goal.ts'
import { recordRun } from './support/history.ts'
import { OverlaySystem } from './support/overlay-system.ts'
import { quantile } from './support/quantile.ts'

// node bench/overlay.ts [--boxes 2,5,10] [--users 30] [--json] [--record]: how long a box needs to find a user of another one,
// the first time and again. bench/README.md says how to read the figures.

interface Figures {
  readonly boxes: number
  readonly lookUps: number
  readonly missing: number
  readonly coldP50: number
  readonly coldP95: number
  readonly coldP99: number
  readonly cachedP50: number
  readonly cachedP95: number
  readonly cachedP99: number
}

const coldGoalMs = 50
const cachedGoalMs = 1
/** As many as the cores of the machine that the goals are for. */
const atOnce = 2

const { values } = parseArgs({
  options: {
    boxes: { type: 'string', default: '2,5,10' },
    users: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
})
const sizes = values.boxes.split(',').map(Number)
const usersEach = Number(values.users)
if (![...sizes, usersEach].every((size) => Number.isInteger(size) && size > 0))
  throw new Error('--boxes takes numbers with commas, --users a number')
if (!installDebian(labPrograms, 'the bench')) process.exit(1)

const figures: Figures[] = []
for (const size of sizes) {
  console.error(`${size} boxes, ${usersEach} users at each`)
  figures.push(await measure(size))
}
const goals = figures.flatMap(({ boxes, coldP95, cachedP95 }): Goal[] => [
  {
    what: `${boxes} boxes, cold look-up p95`,
    limit: coldGoalMs,
    isAtMost: true,
    measured: coldP95,
    unit: 'ms',
  },
  {
    what: `${boxes} boxes, cached p95`,
    limit: cachedGoalMs,
    isAtMost: true,
    measured: cachedP95,
    unit: 'ms',
  },
])
if (values.json) console.log(JSON.stringify({ usersEach, figures }, null, 2))
else {
  console.table(figures)
  for (const goal of goals) console.log(goalLine(goal))
}
if (values.record) recordRun('overlay', figures)

async function measure(boxes: number): Promise<Figures> {
  const system = new OverlaySystem(boxes, usersEach)
  try {
    await system.start()
    const { cold, cached, missing } = await system.lookUpAll(atOnce)
    const of = (times: readonly number[], share: number) => Number(quantile(times, share).toFixed(3))
    return {
      boxes,
      lookUps: cold.length,
      missing,
      coldP50: of(cold, 0.5),
      coldP95: of(cold, 0.95),
      coldP99: of(cold, 0.99),
      cachedP50: of(cached, 0.5),
      cachedP95: of(cached, 0.95),
      cachedP99: of(cached, 0.99),
    }
  } finally {
    await system.stop()
  }
}
