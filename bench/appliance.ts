import { setPriority } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { installDebian } from '../appliance/debian/install-debian.ts'
import { residentBytes } from '../test/soak/memory-log.ts'
import { freePort } from '../test/support/free-port.ts'
import { labPrograms } from '../test/support/lab-programs.ts'
import { SippRun } from '../test/support/sipp-run.ts'
import { type Goal, goalLine, isReached } from './support/goal.ts'
import { recordRun } from './support/history.ts'
import { PackagedBox } from './support/packaged-box.ts'
import { SmallMachine } from './support/small-machine.ts'
import { registering, type TalkingResult, talkingLoad } from './support/talking-load.ts'

// node bench/appliance.ts [--quick] [--json] [--record]: the box as its package runs it, on one processor and in 1 GiB:
// 300 calls and 1,000 registrations at 10 calls per second, then how far it goes. bench/README.md says how to read it.

const mebibyte = 2 ** 20
const memoryBytes = 1_024 * mebibyte
const processor = 1
const phones = 1_000
const talkSeconds = 30
const refreshSeconds = 60
const lineRate = 10 // with the above: 300 calls
const ladder = [20, 40, 60, 80, 100, 130, 160, 200, 250]
const enough = 0.999
const longestAnswerMs = 500
/** A thread collects when it has been quiet for 40 s, and V8 gives the pages back some 10 s later. */
const settleMs = 75_000
const callee = fileURLToPath(new URL('./support/scenarios/callee-holds.xml', import.meta.url))

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
})
const seconds = values.quick
  ? { settle: 2, line: 40, rung: 35 }
  : { settle: settleMs / 1_000, line: 120, rung: 45 }
if (!installDebian(labPrograms, 'the bench')) process.exit(1)
// What else the machine does takes little from those who take part.
setPriority(-15)

const phonePort = await freePort()
const answering = new SippRun({ scenario: callee, port: phonePort, timeoutSeconds: 7_200 })
const machine = new SmallMachine(memoryBytes, processor)
const box = new PackagedBox(phones, machine)
const rungs: TalkingResult[] = []
let idleMiB = Number.NaN
let linePeakMiB = Number.NaN
let peakMiB = Number.NaN
try {
  await box.start()
  console.error(`ready after ${Math.round(box.readyMs)} ms, ${box.readySeconds} s of the processor`)
  await pause(seconds.settle * 1_000)
  idleMiB = residentBytes(box.pid) / mebibyte
  console.error(`idle: ${Math.round(idleMiB)} MiB`)
  await registerAll(box.called, phonePort)
  await answering.start()
  await registerAll(box.users.slice(box.called.length))
  rungs.push(await told(lineRate, seconds.line))
  linePeakMiB = machine.peakBytes / mebibyte
  for (const rate of ladder) {
    if (!holds(rungs.at(-1))) break
    rungs.push(await told(rate, seconds.rung))
  }
} finally {
  await answering.end()
  await box.stop()
  peakMiB = machine.peakBytes / mebibyte
  machine.remove()
}

const highest = rungs.findLast(holds)
const [line] = rungs
const goals: readonly Goal[] = [
  goal('ready after', 20, box.readyMs / 1_000, 's'),
  goal('idle', 220, idleMiB, 'MiB'),
  { ...goal('calls per second with 300 calls', lineRate, highest?.callsPerSecond ?? 0, ''), isAtMost: false },
]
const { readyMs, readySeconds } = box
const figures = { readyMs, readySeconds, idleMiB, linePeakMiB, peakMiB, rungs }
if (values.json) console.log(JSON.stringify({ ...figures, goals }, null, 2))
else {
  for (const each of goals) console.log(goalLine(each))
  console.log(`most memory: ${Math.round(linePeakMiB)} MiB at the line, ${Math.round(peakMiB)} MiB in all`)
  console.log(`at ${lineRate}/s ${((line?.processor ?? 0) * 100).toFixed(0)} % of the processor`)
  if (highest) console.log(`goes up to ${highest.callsPerSecond}/s with ${highest.standing} calls`)
}
if (values.record) recordRun('appliance', figures)
process.exitCode = goals.every(isReached) ? 0 : 1

function goal(what: string, limit: number, measured: number, unit: string): Goal {
  return { what, limit, isAtMost: true, measured, unit }
}

async function registerAll(users: readonly string[], port?: number): Promise<void> {
  const load = { registrations: users.length, perSecond: 100, ...(port !== undefined && { port }) }
  const { successful } = await (await registering(box.target, users, load)).run()
  if (successful < users.length) throw new Error(`only ${successful} of ${users.length} phones registered`)
}

function holds(result: TalkingResult | undefined): boolean {
  if (!result) return false
  const { answered, registered, p99Ms, isOffered } = result
  return answered >= enough && registered >= enough && p99Ms <= longestAnswerMs && isOffered
}

async function told(callsPerSecond: number, forSeconds: number): Promise<TalkingResult> {
  const load = { callsPerSecond, talkSeconds, seconds: forSeconds, refreshSeconds }
  const result = await talkingLoad(box, load)
  const { standing, answered, registered, processor: share, p50Ms, p99Ms, isOffered } = result
  console.error(
    `${callsPerSecond}/s, ${standing} calls: ${(answered * 100).toFixed(2)} % answered after ${p50Ms.toFixed(1)} / ` +
      `${p99Ms.toFixed(1)} ms, ${(registered * 100).toFixed(2)} % registered, ${(share * 100).toFixed(0)} % of the ` +
      `processor, ${Math.round(residentBytes(box.pid) / mebibyte)} MiB${isOffered ? '' : ', SIPp was late'}`,
  )
  return result
}
