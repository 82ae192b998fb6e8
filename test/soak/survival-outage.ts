import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { CrowdCounts } from '../support/crowd/phone-crowd.ts'
import { MemoryLog } from './memory-log.ts'
import { openWork } from './open-work.ts'
import { list, mebibytes } from './soak-report.ts'
import { SurvivalSite } from './survival-site.ts'

// npm run survival:outage -- [--minutes 10] [--phones 2000] [--rate 10]: an outage under load. The phones refresh what the
// box grants them, and call each other. Exit code 1 when a call or a refresh failed, a call has no record, memory grew, or
// the database grew by more than the records need.

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    phones: { type: 'string', default: '2000' },
    rate: { type: 'string', default: '10' },
  },
})
const seconds = Number(values.minutes) * 60
const phones = Number(values.phones)
const callsPerSecond = Number(values.rate)
const warmUpSeconds = 60
const tellEverySeconds = 30
/** Record, decision and what SQLite adds, in bytes; and the journal, which is as long as it ever was. */
const bytesPerCall = 16_384
const bytesBesides = 24 * 2 ** 20

if (!(seconds >= 2 * warmUpSeconds)) throw new Error('--minutes takes 2 or more')

const site = await SurvivalSite.start({ phones, callers: 40 })
try {
  await site.pbx.stop()
  await site.survives()
  console.log(`the box stands in for a PBX with ${phones} phones`)
  await site.crowd.registerWithin(10_000, { withinMs: 60_000 })
  process.exitCode = await outage()
} finally {
  await site.stop()
}

async function outage(): Promise<number> {
  const since = Date.now()
  const diskBefore = bytesUnder(site.box.dataDir)
  const before = { ...site.crowd.counts }
  const memory = new MemoryLog(site.box)
  const failures: string[] = []
  const calls = new Set<Promise<void>>()
  let placed = 0
  const begin = performance.now()
  for (let second = 0; second < seconds; second++) {
    for (let each = 0; each < callsPerSecond; each++) {
      const call = site.call(placed++).then((why) => {
        if (why !== undefined) failures.push(why)
        calls.delete(call)
      })
      calls.add(call)
      await pause(
        Math.max(0, begin + second * 1_000 + (each + 1) * (1_000 / callsPerSecond) - performance.now()),
      )
    }
    const open = openWork(await memory.sample())
    if (second % tellEverySeconds > 0) continue
    const sizes = Object.entries(memory.latest()).map(([name, bytes]) => `${name} ${mebibytes(bytes)}`)
    console.log(`${second} s: ${list(open)}; ${sizes.join(', ')}; ${list({ ...site.crowd.counts })}`)
  }
  await Promise.all(calls)
  await pause(2_000) // records are written in batches
  const records = recordsSince(since)
  const grown = bytesUnder(site.box.dataDir) - diskBefore
  const { accepted, later, refused, silence } = countsSince(before)
  const trends = Object.entries(memory.trends(warmUpSeconds))
  const { length: errors } = site.box.log.filter((line) => /"level":(?:50|60)/.test(line))
  const faults = [
    ...failures.slice(0, 10).map((why) => `call failed: ${why}`),
    ...(refused + silence > 0
      ? [
          `${refused} refreshes refused (${[...site.crowd.refusals.keys()].join(', ')}), ${silence} not answered`,
        ]
      : []),
    ...(site.crowd.registered < phones
      ? [`${phones - site.crowd.registered} phones are not registered`]
      : []),
    ...(records === placed ? [] : [`${placed} calls, and ${records} records of them`]),
    ...trends
      .filter(([, { isFlat }]) => !isFlat)
      .map(([name, { riseBytes }]) => `${name} rose by ${mebibytes(riseBytes)}`),
    ...(grown > placed * bytesPerCall + bytesBesides ? [`the data folder grew by ${mebibytes(grown)}`] : []),
    ...(errors > 0 ? [`${errors} errors in the log`] : []),
  ]
  console.log(
    [
      `${seconds} s: ${placed} calls, ${failures.length} failed, ${records} records`,
      `${accepted} refreshes answered, ${later} asked to come later`,
      ...trends.map(
        ([name, { afterWarmUp, atEnd, riseBytes, allowedBytes }]) =>
          `${name}: ${mebibytes(afterWarmUp)} after warm-up, ${mebibytes(atEnd)} at the end, rise ${mebibytes(riseBytes)} (allowed ${mebibytes(allowedBytes)})`,
      ),
      `the data folder grew by ${mebibytes(grown)}, ${Math.round(grown / placed)} bytes a call`,
      ...faults.map((fault) => `FAULT: ${fault}`),
      faults.length === 0 ? 'passed' : 'failed',
    ].join('\n'),
  )
  return faults.length === 0 ? 0 : 1
}

function countsSince(before: CrowdCounts): CrowdCounts {
  const { counts } = site.crowd
  return {
    accepted: counts.accepted - before.accepted,
    later: counts.later - before.later,
    refused: counts.refused - before.refused,
    silence: counts.silence - before.silence,
    callsAnswered: counts.callsAnswered - before.callsAnswered,
  }
}

/** Records of answered calls that began since then, as the database has them. */
function recordsSince(time: number): number {
  const database = new DatabaseSync(join(site.box.dataDir, 'causeway.db'), { readOnly: true })
  try {
    const row = database.prepare('SELECT count(*) AS count FROM calls WHERE started_at >= ?').get(time)
    return Number(row?.count)
  } finally {
    database.close()
  }
}

function bytesUnder(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0)
}
