import { drawCurve, printCurve, scalingCurve } from './scaling-curve.ts'
import { simulate } from './simulation.ts'
import { BadOption, readOrder, type SimulationOrder, usage } from './simulation-plan.ts'
import { printReport } from './simulation-report.ts'

const order = understood(process.argv.slice(2))
if (order?.isHelp) console.log(usage)
else if (order) await run(order)

async function run({ plan, isCurve, isJson }: SimulationOrder): Promise<void> {
  const startedAt = performance.now()
  if (isCurve) {
    const curve = await scalingCurve(plan, (boxes) => console.error(`${boxes} boxes measured`))
    drawCurve(curve)
    console.log(isJson ? JSON.stringify(curve, undefined, 2) : printCurve(curve))
  } else {
    const figures = await simulate(plan)
    console.log(isJson ? JSON.stringify(figures, undefined, 2) : printReport(figures))
  }
  // Of this machine, not of the plan: kept apart from what the seed decides.
  const tookSeconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
  const mebibytes = Math.round(process.memoryUsage().rss / 2 ** 20)
  console.error(`\ntook ${tookSeconds} s on this machine; ${mebibytes} MiB resident for all boxes together`)
}

function understood(args: readonly string[]): SimulationOrder | undefined {
  try {
    return readOrder(args)
  } catch (error) {
    if (!(error instanceof BadOption)) throw error
    console.error(`${error.message}\n\n${usage}`)
    process.exitCode = 2
    return undefined
  }
}
