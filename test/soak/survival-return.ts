import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { mostWithin } from '../support/crowd/most-within.ts'
import { SurvivalSite } from './survival-site.ts'

// npm run survival:return -- [--phones 2000]: a PBX dies, comes back and has forgotten all phones. Prints how long they
// took to be back, how many registrations it got in one second at most, and what became of the calls meanwhile. Exit code
// 1 when not all were back within three minutes, it got more than it shall, or a call was missed.

const { values } = parseArgs({ options: { phones: { type: 'string', default: '2000' } } })
const phones = Number(values.phones)
const longestSeconds = 180
const returnPerSecond = 20
const callEveryMs = 500
/** They are sent evenly spread; within one second they arrive in lumps when the machine stalls. */
const lumps = 1.2

const site = await SurvivalSite.start({ phones, callers: 4 })
try {
  console.log(`${phones} phones at the PBX`)
  await site.pbx.stop()
  await site.survives()
  console.log('the box stands in')
  await site.crowd.registerWithin(10_000, { withinMs: 60_000 })
  console.log(`${site.crowd.registered} phones registered again at the box`)
  process.exitCode = await measureReturn()
} finally {
  await site.stop()
}

async function measureReturn(): Promise<number> {
  const expected = phones + site.callers.length
  await site.newPbx()
  const begin = performance.now()
  const seconds = () => (performance.now() - begin) / 1_000
  const missed: string[] = []
  let placed = 0
  let firstAt: number | undefined
  while (site.pbx.registered.length < expected && seconds() < 2 * longestSeconds) {
    const failure = await site.call(placed++)
    if (failure !== undefined) missed.push(failure)
    if (firstAt === undefined && site.pbx.registerTimes.length > 0) firstAt = seconds()
    await pause(callEveryMs)
  }
  const tookSeconds = seconds()
  const most = mostWithin(1_000, site.pbx.registerTimes)
  const mostInTen = mostWithin(10_000, site.pbx.registerTimes)
  const { refused, silence, later } = site.crowd.counts
  const faults = [
    ...(site.pbx.registered.length < expected
      ? [`${expected - site.pbx.registered.length} phones never came back`]
      : []),
    ...(tookSeconds > longestSeconds ? [`it took longer than ${longestSeconds} s`] : []),
    ...(most > returnPerSecond * lumps || mostInTen > returnPerSecond * 10
      ? [`more REGISTERs than ${returnPerSecond} a second`]
      : []),
    ...missed.map((why) => `call missed: ${why}`),
    ...(refused + silence > 0
      ? [
          `${refused} registrations refused (${[...site.crowd.refusals.keys()].join(', ')}), ${silence} not answered`,
        ]
      : []),
  ]
  console.log(
    [
      `first REGISTER ${firstAt?.toFixed(1)} s after the PBX was back, all ${site.pbx.registered.length} phones after ${tookSeconds.toFixed(0)} s`,
      `${site.pbx.registerTimes.length} REGISTERs, at most ${most} in one second and ${mostInTen} in ten`,
      `${placed} calls, ${missed.length} missed; ${later} registrations asked to come later`,
      ...faults.map((fault) => `FAULT: ${fault}`),
      faults.length === 0 ? 'passed' : 'failed',
    ].join('\n'),
  )
  return faults.length === 0 ? 0 : 1
}
