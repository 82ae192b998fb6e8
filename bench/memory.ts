import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { installDebian } from '../appliance/debian/install-debian.ts'
import { Figures } from '../test/soak/figures.ts'
import { residentBytes } from '../test/soak/memory-log.ts'
import { freePort } from '../test/support/free-port.ts'
import { labPrograms } from '../test/support/lab-programs.ts'
import { registerFields } from '../test/support/sipp-fields.ts'
import { SippRun } from '../test/support/sipp-run.ts'
import { eventually } from '../test/support/within.ts'
import { goalLine } from './support/goal.ts'
import { recordRun } from './support/history.ts'
import { register } from './support/register-load.ts'
import { manyUsers, registrarBox, registrarDomain } from './support/registrar-system.ts'

// node bench/memory.ts [--json] [--record]: what a box takes with many phones registered and many calls up, and where it
// is. bench/README.md says how to read the figures.

interface Stage {
  readonly stage: string
  readonly bindings: number
  readonly dialogs: number
  readonly transactions: number
  readonly rssMiB: number
  /** By thread, MiB. */
  readonly heapUsed: Readonly<Record<string, number>>
  readonly heapTotal: Readonly<Record<string, number>>
  readonly external: Readonly<Record<string, number>>
}

const userCount = 2_000
const phonesOfAUser = 10
const bindings = userCount * phonesOfAUser
const firstContactPort = 40_000
const standingCalls = 2_500 // two dialogs each: the box is in the middle
const registrationsPerSecond = 500
const callsPerSecond = 100
const callerScenario = fileURLToPath(new URL('./support/scenarios/caller.xml', import.meta.url))
const calleeScenario = fileURLToPath(new URL('./support/scenarios/callee-holds.xml', import.meta.url))
const hourMs = 3_600_000
// Transactions are kept for 32 s after their end; a thread collects when it has been quiet for 40 s, and V8 gives the pages
// back some 10 s later.
const settleMs = 75_000
const goalMiB = 400

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, record: { type: 'boolean', default: false } },
})
if (!installDebian(labPrograms, 'the bench')) process.exit(1)

const [called = '', ...users] = manyUsers(1 + userCount)
const box = registrarBox([called, ...users])
const calleePort = await freePort()
const callee = new SippRun({ scenario: calleeScenario, port: calleePort, timeoutSeconds: 3_600 })
const stages: Stage[] = []
let caller: SippRun | undefined
try {
  await box.start()
  await tell('started')
  await registerPhones()
  await pause(settleMs)
  await tell(`${bindings} bindings`)
  await registerCallee()
  caller = await standCalls()
  await tell(`${standingCalls} calls, just set up`)
  await pause(settleMs)
  await tell(`${standingCalls} calls standing`)
} finally {
  await caller?.end()
  await callee.end()
  await box.stop()
}
const rssMiB = stages.at(-1)?.rssMiB ?? Number.NaN
const goal = { what: 'resident memory', limit: goalMiB, isAtMost: true, measured: rssMiB, unit: 'MiB' }
if (values.json) console.log(JSON.stringify(stages, null, 2))
else console.log(goalLine(goal))
if (values.record) recordRun('memory', stages)

async function registerPhones(): Promise<void> {
  for (let phone = 0; phone < phonesOfAUser; phone++) {
    const { successShare } = await register(
      { target: box.hostPort, pid: box.pid },
      {
        users,
        registrations: users.length,
        perSecond: registrationsPerSecond,
        contactPort: firstContactPort + phone,
      },
    )
    if (successShare < 1)
      throw new Error(`only ${successShare * users.length} of ${users.length} phones registered`)
  }
}

/** The one phone that answers. */
async function registerCallee(): Promise<void> {
  await new SippRun({
    scenario: 'register',
    target: box.hostPort,
    port: calleePort,
    calls: 1,
    fields: [registerFields(called, `secret-${called}`, registrarDomain, 3_600)],
    keys: { contact_port: String(calleePort), contact_transport: 'udp' },
  }).run()
  await callee.start()
}

/** Returns when all of them are up. */
async function standCalls(): Promise<SippRun> {
  const run = new SippRun({
    scenario: callerScenario,
    target: box.hostPort,
    port: await freePort(),
    calls: standingCalls,
    rate: callsPerSecond,
    limit: standingCalls,
    holdMs: hourMs,
    keys: { called: `${called}@${registrarDomain}` },
    timeoutSeconds: 3_600,
  })
  await run.start()
  await eventually(120_000, 'all calls to be up', async () => {
    const figures = await Figures.read(box.adminUrl)
    return figures.sum('causeway_sip_dialogs') >= 2 * standingCalls
  })
  return run
}

async function tell(stage: string): Promise<void> {
  const figures = await Figures.read(box.adminUrl)
  const byThread = (metric: string): Readonly<Record<string, number>> =>
    Object.fromEntries([...figures.byLabel(metric)].map(([thread, bytes]) => [thread, mebibytes(bytes)]))
  const found: Stage = {
    stage,
    bindings: figures.sum('causeway_bindings'),
    dialogs: figures.sum('causeway_sip_dialogs'),
    transactions: figures.sum('causeway_sip_transactions'),
    rssMiB: mebibytes(residentBytes(box.pid)),
    heapUsed: byThread('causeway_heap_used_bytes'),
    heapTotal: byThread('causeway_heap_total_bytes'),
    external: byThread('causeway_external_bytes'),
  }
  stages.push(found)
  const threads = (values: Stage['heapUsed']): string =>
    Object.entries(values)
      .map(([thread, size]) => `${thread} ${size}`)
      .join(' ')
  console.error(
    `${stage}: ${found.bindings} bindings, ${found.dialogs} dialogs, ${found.transactions} transactions; RSS ${found.rssMiB} MiB; ` +
      `heap used ${threads(found.heapUsed)}, taken ${threads(found.heapTotal)}; buffers ${threads(found.external)}`,
  )
}

function mebibytes(bytes: number): number {
  return Number((bytes / 2 ** 20).toFixed(1))
}
