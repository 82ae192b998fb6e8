import { parseArgs } from 'node:util'
import { installDebian } from '../appliance/debian/install-debian.ts'
import { freePort } from '../test/support/free-port.ts'
import { labPrograms } from '../test/support/lab-programs.ts'
import { SippRun } from '../test/support/sipp-run.ts'
import { callGoals } from './support/call-goals.ts'
import { type LoadResult, loadWith } from './support/call-load.ts'
import { engineSystems } from './support/engine-system.ts'
import { goalLine } from './support/goal.ts'
import { recordRun } from './support/history.ts'
import { climb, highestRate } from './support/rate-ladder.ts'
import { type Run, summarise, table } from './support/report.ts'
import { boxSystem, kamailioSystem, type SipSystem } from './support/sip-system.ts'

// Calls (INVITE 180 200 ACK BYE) over UDP on loopback: what they cost, how long an answer takes, how many go through.
// bench/README.md says how to read the figures.

const comparedRate = 200

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    engine: { type: 'boolean', default: false },
    runs: { type: 'string' },
    only: { type: 'string' },
  },
})
const runs = Number(values.runs ?? (values.quick ? 1 : 3))
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs} is not a number of runs`)
const seconds = values.quick ? { warm: 8, compared: 5, rung: 4 } : { warm: 15, compared: 15, rung: 6 }
const say = values.json ? (line: string) => console.error(line) : (line: string) => console.log(line)

if (!installDebian(labPrograms, 'the bench')) process.exit(1)
const calleePort = await freePort()
const reference = 'Kamailio, stateful proxy'

// Run by run, not system by system: whatever else the machine does hits all of them alike.
const measured: Run[] = []
for (let run = 1; run <= runs; run++) {
  for (const system of freshSystems()) {
    say(`${system.name}, run ${run} of ${runs}`)
    measured.push(await measure(system))
  }
}
const figures = summarise(measured, reference)
const goals = callGoals(figures, reference)
if (values.json) console.log(JSON.stringify({ comparedRate, runs, figures, goals, measured }, null, 2))
else {
  console.log(table(figures, comparedRate, reference))
  for (const goal of goals) console.log(goalLine(goal))
}
if (values.record) recordRun('sip', { runs, comparedRate, systems: figures })
process.exitCode = figures.every(({ highestRate }) => highestRate > 0) ? 0 : 1

/** A start of its own for each run: nothing of the last one is warm. */
function freshSystems(): SipSystem[] {
  return [
    boxSystem('box as B2BUA', 'b2bua', calleePort),
    boxSystem('box as proxy', 'proxy', calleePort),
    ...(values.engine ? engineSystems(calleePort) : []),
    kamailioSystem(reference, calleePort),
  ].filter(({ name }) => name === reference || !values.only || name.includes(values.only))
}

async function measure(system: SipSystem): Promise<Run> {
  const callee = new SippRun({ scenario: 'callee', port: calleePort, timeoutSeconds: 3_600 })
  try {
    await system.start()
    await callee.start()
    await loadWith(system, comparedRate, seconds.warm) // fills caches, lets V8 compile
    const compared = await told(loadWith(system, comparedRate, seconds.compared))
    const rungs = await climb((rate) => told(loadWith(system, rate, seconds.rung)))
    return { system: system.name, compared, rungs, highestRate: highestRate(rungs) }
  } finally {
    await callee.end()
    await system.stop()
  }
}

async function told(load: Promise<LoadResult>): Promise<LoadResult> {
  const result = await load
  const share = (result.successShare * 100).toFixed(2)
  const cost = result.cpuPerThousand.toFixed(2)
  say(
    `  ${result.callsPerSecond}/s: ${share} % answered, ${cost} CPU ms a call, ` +
      `answer after ${result.p50Ms.toFixed(1)} / ${result.p99Ms.toFixed(1)} ms, ${result.retransmissions} sent again`,
  )
  return result
}
