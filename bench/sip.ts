import { parseArgs } from 'node:util'
import { freePort } from '../test/support/free-port.ts'
import { installDebian } from '../test/support/install-debian.ts'
import { SippRun } from '../test/support/sipp-run.ts'
import { type LoadResult, loadWith } from './support/call-load.ts'
import { boxSystem, kamailioSystem, type SipSystem } from './support/sip-system.ts'

// Calls (INVITE 180 200 ACK BYE) over UDP on loopback: what they cost, how long an answer takes, how many go through.

const enough = 0.999
const comparedRate = 100
const ladder = [100, 200, 300, 400, 500, 600, 800, 1_000, 1_200, 1_500, 2_000, 2_500]

interface Outcome {
  readonly name: string
  readonly atComparedRate: LoadResult
  readonly highest: LoadResult | undefined
  readonly steps: readonly LoadResult[]
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '8' },
    only: { type: 'string' },
  },
})
const say = values.json ? (line: string) => console.error(line) : (line: string) => console.log(line)

if (!installDebian()) process.exit(1)
const calleePort = await freePort()
const systems: readonly SipSystem[] = [
  boxSystem('box as B2BUA', 'b2bua', calleePort),
  boxSystem('box as proxy', 'proxy', calleePort),
  kamailioSystem('Kamailio, stateful proxy', calleePort),
].filter(({ name }) => !values.only || name.includes(values.only))

const outcomes: Outcome[] = []
for (const system of systems) outcomes.push(await measure(system, Number(values.seconds)))
if (values.json) console.log(JSON.stringify({ outcomes }, null, 2))
else printTable(outcomes)
process.exitCode = outcomes.every(({ highest }) => highest) ? 0 : 1

async function measure(system: SipSystem, seconds: number): Promise<Outcome> {
  await system.start()
  const callee = new SippRun({
    scenario: 'callee',
    port: calleePort,
    timeoutSeconds: 3_600,
    ignoresUnexpected: true,
  })
  await callee.start()
  const steps: LoadResult[] = []
  try {
    await loadWith(system, 50, 4) // warms up caches and compiled code
    for (const rate of ladder) {
      const result = await loadWith(system, rate, seconds)
      steps.push(result)
      say(`${system.name}: ${describe(result)}`)
      if (result.successShare < enough || !result.isOffered) break
    }
  } finally {
    await callee.end()
    await system.stop()
  }
  const good = steps.filter(({ successShare, isOffered }) => successShare >= enough && isOffered)
  const compared = steps.find(({ callsPerSecond }) => callsPerSecond === comparedRate)
  if (!compared) throw new Error(`${system.name} was not measured at ${comparedRate} calls per second`)
  return { name: system.name, atComparedRate: compared, highest: good.at(-1), steps }
}

function describe(result: LoadResult): string {
  return [
    `${result.callsPerSecond}/s`,
    `${(result.successShare * 100).toFixed(2)} % answered`,
    `${result.cpuPerThousand.toFixed(2)} CPU ms a call`,
    `answer after ${result.p50Ms.toFixed(1)} / ${result.p99Ms.toFixed(1)} ms`,
    `${result.retransmissions} sent again`,
  ].join(', ')
}

function printTable(all: readonly Outcome[]): void {
  const reference = all.at(-1)
  const rows = all.map(({ name, atComparedRate, highest }) => {
    const ratio = reference
      ? atComparedRate.cpuPerThousand / reference.atComparedRate.cpuPerThousand
      : Number.NaN
    const rateRatio = (highest?.callsPerSecond ?? 0) / (reference?.highest?.callsPerSecond ?? Number.NaN)
    return {
      system: name,
      [`CPU s / 1,000 calls at ${comparedRate}/s`]: atComparedRate.cpuPerThousand.toFixed(2),
      'at highest rate': highest?.cpuPerThousand.toFixed(2) ?? '-',
      'CPU ratio': ratio.toFixed(2),
      'answer p50 ms': atComparedRate.p50Ms.toFixed(1),
      'p99 ms': atComparedRate.p99Ms.toFixed(1),
      'highest rate ≥ 99.9 %': highest ? `${highest.callsPerSecond}/s` : 'none',
      'rate ratio': rateRatio.toFixed(2),
    }
  })
  console.log(`\nRatios are to ${reference?.name}. SIPp runs on the same cores.`)
  console.table(rows)
}
