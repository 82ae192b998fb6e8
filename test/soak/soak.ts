import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { installDebian } from '../../appliance/debian/install-debian.ts'
import { labPrograms } from '../support/lab-programs.ts'
import { site, siteConfig } from '../support/site.ts'
import { TestBox } from '../support/test-box.ts'
import { Figures } from './figures.ts'
import { GoodTraffic, messagesOfACall } from './good-traffic.ts'
import { MalformedTraffic } from './malformed-traffic.ts'
import { MemoryLog, type MemoryReading } from './memory-log.ts'
import { isNothing, openWork } from './open-work.ts'
import { list, mebibytes, soakReport, soakText } from './soak-report.ts'

// node test/soak/soak.ts [--seconds 1800] [--rate 100] [--seed N] [--forgive-overload] [--json]: calls and, beside them,
// one malformed message for a hundred good ones. Exit code 1 when a good call failed, memory grew, or anything is still
// open in the end.

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '1800' },
    rate: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    'forgive-overload': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
const callsPerSecond = Number(values.rate)
const seed = Number(values.seed)
const say = (line: string): void => console.error(line)

const malformedShare = 0.01
const holdMs = 3_000
const sampleMs = 1_000
const tellEverySeconds = 30
// A transaction is kept for 32 s after its end (Timers D, H, J): before that there is nothing level to see.
const warmUpSeconds = 40
const quietSamples = 3
// An INVITE that is never acknowledged is hung up after 64·T1, and the BYE to nobody takes as long again (RFC 3261 §13.3.1.4,
// §17.1.2.2); twice that, for a slow machine.
const idleWithinSeconds = 128

if (!(seconds >= warmUpSeconds + 10 && callsPerSecond >= 1 && Number.isInteger(seed))) {
  throw new Error('--seconds takes 50 or more, --rate 1 or more, --seed a whole number')
}

const callers = ['211', '212', '213', '214', '215']
const callee = '202'
const victim = '203'
const base = siteConfig(...callers, callee, victim)
const box = new TestBox({
  config: {
    ...base,
    box: { logLevel: 'warn' },
    registrar: { ...base.registrar, maxExpiresSeconds: 86_400 },
  },
})

if (!installDebian(labPrograms, 'the soak')) process.exit(1)
say(`soak: ${seconds} s at ${callsPerSecond} calls/s, seed ${seed}`)
const malformed = new MalformedTraffic({
  domain: site,
  victim,
  address: box.address,
  get port() {
    return box.sipPort
  },
  perSecond: callsPerSecond * messagesOfACall * malformedShare,
  seed,
})
let good: GoodTraffic | undefined
try {
  await box.start()
  good = new GoodTraffic({
    target: box.hostPort,
    callers,
    callee,
    victim,
    callsPerSecond,
    seconds,
    holdMs,
  })
  await good.start()
  process.exitCode = await soak(good)
} finally {
  await good?.stop()
  await box.stop()
}

async function soak(traffic: GoodTraffic): Promise<number> {
  const before = await quietMemory()
  const memory = new MemoryLog(box)
  const over = new AbortController()
  const bad = malformed.run(over.signal)
  const watched = watch(memory, over.signal)
  const calls = await Promise.race([
    traffic.run(),
    watched.then(() => Promise.reject(new Error('nobody watched'))),
  ])
  over.abort()
  await Promise.all([bad, watched])
  const trends = memory.trends(Math.max(seconds / 2, warmUpSeconds))
  const openAtEnd = openWork(await Figures.read(box.adminUrl))
  const idleAfterSeconds = await becomeIdle()
  const after = await quietMemory()
  const figures = await Figures.read(box.adminUrl)
  const stuck = openWork(figures)
  const { now: stuckCalls } = await box.ask<{ now: readonly object[] }>('/api/calls')
  const report = soakReport({
    seconds,
    callsPerSecond,
    calls,
    forgivesOverload: values['forgive-overload'],
    turnedAway: figures.byLabel('causeway_sip_rejected_total').get('overload') ?? 0,
    malformedSent: malformed.sent,
    malformedAnswered: malformed.answers,
    memory: trends,
    memoryBefore: before,
    memoryAfter: after,
    openAtEnd,
    stuck,
    stuckCalls: stuckCalls.slice(0, 20),
    idleAfterSeconds,
    errorsLogged: box.log.filter(isError),
  })
  if (values.json) console.log(JSON.stringify(report, null, 2))
  else console.log(soakText(report))
  return report.faults.length === 0 ? 0 : 1
}

/** Samples the memory until the traffic is over. */
async function watch(memory: MemoryLog, signal: AbortSignal): Promise<void> {
  const begin = performance.now()
  for (let sample = 0; !signal.aborted; sample++) {
    const open = openWork(await memory.sample())
    if (sample % tellEverySeconds === 0) {
      const sizes = Object.entries(memory.latest()).map(([name, bytes]) => `${name} ${mebibytes(bytes)}`)
      const second = (performance.now() - begin) / 1_000
      say(`${second.toFixed(0)} s: ${list(open)}; ${sizes.join(', ')}; ${malformed.total} malformed`)
    }
    await pause(sampleMs)
  }
}

/** The least memory in a few seconds without traffic. */
async function quietMemory(): Promise<MemoryReading> {
  const memory = new MemoryLog(box)
  for (let sample = 0; sample < quietSamples; sample++) {
    await memory.sample()
    await pause(sampleMs)
  }
  return memory.floor()
}

/** Seconds until nothing is open; undefined when that does not come. */
async function becomeIdle(): Promise<number | undefined> {
  const begin = performance.now()
  for (;;) {
    const waited = (performance.now() - begin) / 1_000
    if (isNothing(openWork(await Figures.read(box.adminUrl)))) return waited
    if (waited > idleWithinSeconds) return undefined
    await pause(sampleMs)
  }
}

/** A line of the box's log at level error or above (pino's 50), or one that is no log line, such as a stack. */
function isError(line: string): boolean {
  const level = /"level":(\d+|"\w+")/.exec(line)?.[1]
  if (level === undefined) return true
  return level === '50' || level === '60' || level === '"error"' || level === '"fatal"'
}
