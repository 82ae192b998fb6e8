import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'
import type { Binding } from '../../../src/domain/binding.ts'
import type { CallRecord } from '../../../src/domain/call-record.ts'
import { CallTable } from '../../../src/drivers/sqlite/call-table.ts'
import { Database } from '../../../src/drivers/sqlite/database.ts'
import { SettingTable } from '../../../src/drivers/sqlite/setting-table.ts'
import { outageRecords } from '../../../src/gateway/outage-records.ts'
import { witnessedByOutages } from '../../../src/gateway/outage-witness.ts'
import { recordKeeping } from '../../../src/gateway/record-keeping.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import type { LedgerParts, LedgerPbx } from '../../../src/survival/outages/ledger-parts.ts'
import { mostFailedCalls } from '../../../src/survival/outages/next-report.ts'
import { aBinding } from '../../support/a-binding.ts'
import { aCall } from '../../support/a-call.ts'
import { settled } from '../../support/fake-sip-stack.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'
import { AnEdge } from '../../unit/edge/an-edge.ts'
import { ADayOfCalls, domain, type Fate, type PlacedCall, planOf, tickMs } from './a-day-of-calls.ts'

const hourMs = 3_600_000
const hourTicks = hourMs / tickMs
const ticksBefore = 60
/** Before the PBX returns nobody begins a call for so long: what has been placed is answered, or over. */
const restTicks = 8
const mostRinging = 6
const megabyte = 1024 * 1024
const keepDecisions = 1_000
const start = Date.UTC(2026, 10, 21, 7, 0, 0)
const phones = 50
/** A day of fsyncs in a minute is too much for a disk that is shared. */
const memoryDisk = '/dev/shm'
/** `writeSoon` of the database. */
const writtenWithinMs = 100
const keepDays = 30
const oldCalls = 500

/** On disk, in bytes. */
interface Size {
  /** How many the journal has. */
  readonly files: number
  readonly journal: number
  readonly database: number
  /** SQLite's write-ahead log. */
  readonly log: number
}

async function sizeOf(file: string): Promise<number> {
  return existsSync(file) ? (await stat(file)).size : 0
}

/** The records of a box on a real disk, an edge that feeds them, and a PBX that can be gone. */
class BoxOfADay {
  readonly folder = new TemporaryFolder('outage', memoryDisk)
  readonly clock = new FakeClock(start)
  readonly config = configSchema.parse({ records: { keepDays, keepDecisions } })
  readonly database = new Database({ dataDir: this.folder.path, log: silentLog, clock: this.clock })
  readonly keeping = recordKeeping({
    ...{ config: this.config, dataDir: this.folder.path, database: this.database },
    settings: new SettingTable(this.database),
    names: { resolve: async () => [] },
    classOf: () => 'national',
    ...{ clock: this.clock, log: silentLog },
  })
  readonly pbx = new PbxThatDies()
  bindings: Binding[] = this.#bindings('pbx')
  readonly ledger = outageRecords({
    ...{ database: this.database, pbxs: this.pbx, keeping: this.keeping },
    location: { all: () => this.bindings.values() },
    groups: { wayOf: () => 'front' },
    numbers: { didOf: () => undefined, readFromTrunk: () => undefined },
    groupOf: () => undefined,
    expirySeconds: 60,
    ...{ clock: this.clock, log: silentLog },
  })
  readonly edge = new AnEdge({
    clock: this.clock,
    records: witnessedByOutages(this.keeping.records, this.ledger, silentLog),
    decisions: this.keeping.decisions,
    maxCalls: 100,
    router: {
      route: async (question) => {
        const plan = planOf(question)
        const asked = { step: 'registration', asked: question.requestUri, answer: plan.kind, tookMs: 0.1 }
        return { plan, steps: [{ ...asked, atMs: 0, why: plan.why }] }
      },
    },
  })
  readonly #parts = [this.database, ...this.keeping.parts, this.ledger]

  async start(): Promise<void> {
    for (const part of this.#parts) await part.start()
  }

  async stop(): Promise<void> {
    for (const part of this.#parts.toReversed()) await part.stop()
  }

  /** What is done, and then a tick in which the disk keeps up. */
  async after(action: () => Promise<void>, mostUnsaved = 6): Promise<void> {
    await action()
    this.clock.advance(writtenWithinMs)
    while (this.keeping.records.counts.unsaved > mostUnsaved) await settled()
    this.clock.advance(tickMs - writtenWithinMs)
    await settled()
  }

  phonesAreAt(place: 'pbx' | 'box'): void {
    this.bindings = this.#bindings(place)
  }

  /** Calls of a month ago, whose time comes in the course of the day. */
  async leaveOldCalls(): Promise<void> {
    const calls = Array.from({ length: oldCalls }, (_, number) => {
      const startedAt = start - keepDays * 24 * hourMs + number * 60_000
      return aCall({ id: `old-${number}`, callId: `old-${number}`, startedAt, endedAt: startedAt + 1_000 })
    })
    const table = new CallTable(this.database)
    const saved = Promise.all(calls.map((call) => table.save(call)))
    this.clock.advance(1_000)
    await saved
  }

  async size(): Promise<Size> {
    const journal = join(this.folder.path, 'journal')
    const files = await readdir(journal)
    const bytes = await Promise.all(files.map((file) => sizeOf(join(journal, file))))
    return {
      files: files.length,
      journal: bytes.reduce((sum, each) => sum + each, 0),
      database: await sizeOf(this.database.file),
      log: await sizeOf(`${this.database.file}-wal`),
    }
  }

  async decisions(): Promise<number> {
    const [{ count } = { count: 0 }] = await this.database.all<{ count: number }>(
      'SELECT count(*) AS count FROM decisions',
    )
    return count
  }

  /** All calls on disk. */
  async stored(): Promise<CallRecord[]> {
    return this.keeping.archive.page({ from: 0, to: Number.MAX_SAFE_INTEGER }, undefined, 100_000)
  }

  #bindings(origin: Binding['origin']): Binding[] {
    return Array.from({ length: phones }, (_, phone) => {
      const source = { transport: 'udp', address: '192.0.2.8', port: 10_000 + phone } as const
      return aBinding({ aor: `sip:${2_000 + phone}@${domain}`, source, origin, registeredAt: start })
    })
  }
}

/** What the ledger hears of a PBX. */
class PbxThatDies {
  #listener: Parameters<LedgerParts['pbxs']['onStateChange']>[0] = () => undefined
  #state: LedgerPbx['state'] = 'normal'

  onStateChange(listener: Parameters<LedgerParts['pbxs']['onStateChange']>[0]): void {
    this.#listener = listener
  }

  view(): readonly LedgerPbx[] {
    return [{ name: 'main', domain, state: this.#state, since: start, why: 'silence', outage: undefined }]
  }

  is(state: LedgerPbx['state'], at: number): void {
    this.#state = state
    const cause = state === 'survival' ? 'silent' : undefined
    this.#listener({
      name: 'main',
      domain,
      to: state,
      why: 'silence',
      cause,
      at,
      suspectSince: at,
      faults: [],
    })
  }
}

/** What the record of such a call says, and how the report counts it. */
const meant: Readonly<Record<Fate, { record: Partial<CallRecord>; counted: string }>> = {
  talks: { record: { status: 200, path: 'phone' }, counted: 'extension' },
  'talks for hours': { record: { status: 200, path: 'phone' }, counted: 'extension' },
  'calls outside': { record: { status: 200, target: 'carrier', callClass: 'national' }, counted: 'outside' },
  'nobody answers': { record: { status: 480, path: 'phone' }, counted: 'nobody answered' },
  busy: { record: { status: 486, endedBy: 'callee' }, counted: 'busy' },
  'no phone': { record: { status: 480, path: undefined }, counted: 'no phone is registered there' },
  'wrong number': { record: { status: 404, endedBy: 'box' }, counted: 'no such number' },
  'given up': { record: { status: 487, endedBy: 'caller' }, counted: 'the caller hung up' },
}

/** Calls whose record is not what it should be, or not there exactly once. */
function unlike(placed: ReadonlyMap<string, PlacedCall>, records: readonly CallRecord[]): unknown[] {
  const found = Map.groupBy(records, ({ callId }) => callId)
  return [...placed].flatMap(([callId, { fate, ...times }]) => {
    const [record, ...more] = found.get(callId) ?? []
    const wanted = { ...times, ...meant[fate].record }
    const isMeant =
      record && Object.entries(wanted).every(([key, value]) => record[key as keyof CallRecord] === value)
    return isMeant && more.length === 0 ? [] : [{ callId, fate, wanted, record, more: more.length }]
  })
}

/** How often each is counted of the calls that were decided in that time. */
function tallyOf(calls: Iterable<PlacedCall>, from: number): Record<string, number> {
  const tally: Record<string, number> = {}
  for (const { fate, answeredAt, endedAt = 0 } of calls) {
    const { counted } = meant[fate]
    if ((answeredAt ?? endedAt) >= from) tally[counted] = (tally[counted] ?? 0) + 1
  }
  return tally
}

const box = new BoxOfADay()
afterAll(() => box.folder.remove())

it('keeps one closed record of each call of 24 hours without a PBX, reports them all, and does not grow', async () => {
  await box.start()
  await box.leaveOldCalls()
  const { records } = box.keeping
  const day = new ADayOfCalls(box.edge, box.clock)
  for (let tick = 0; tick < ticksBefore; tick++) await box.after(() => day.next())
  const upAtVerdict = day.talking
  const verdictAt = box.clock.now()
  box.pbx.is('survival', verdictAt)
  box.phonesAreAt('box')

  let peakCalls = upAtVerdict
  const hours: Size[] = []
  for (let hour = 0; hour < 24; hour++) {
    for (let tick = 0; tick < hourTicks; tick++) {
      await box.after(() => (hour === 23 && tick >= hourTicks - restTicks ? day.rest() : day.next()))
      peakCalls = Math.max(peakCalls, day.talking)
    }
    hours.push(await box.size())
    expect(records.active().length - day.talking).toBeLessThanOrEqual(mostRinging)
    expect(box.clock.pendingTimers).toBeLessThan(10)
  }
  // A file of the journal an hour, and calls that last for hours do not hold them all.
  for (const { files, journal, log } of hours) {
    expect(files).toBeLessThanOrEqual(5)
    expect(journal).toBeLessThan(5 * (hours[0]?.journal ?? 0))
    expect(log).toBeLessThan(8 * megabyte)
  }
  const grown = (hours[23]?.database ?? 0) - (hours[5]?.database ?? 0)
  expect(grown / (18 * hourTicks)).toBeLessThan(1_100) // bytes of a call, as docs/reference/config.md has it

  const stillUp = day.talking
  expect(stillUp).toBeGreaterThan(10)
  box.pbx.is('returning', box.clock.now())
  box.pbx.is('normal', box.clock.now())
  const expected = tallyOf(day.placed.values(), verdictAt)
  expect(box.edge.handler.count).toBe(stillUp)
  box.phonesAreAt('pbx')
  await box.after(() => day.goHome())
  await box.after(async () => undefined, 0)

  const stored = await box.stored()
  expect(unlike(day.placed, stored)).toEqual([])
  expect(stored).toHaveLength(day.placed.size) // the old ones are gone
  expect([box.edge.handler.count, records.active().length, box.edge.stack.crashes]).toEqual([0, 0, []])
  expect(records.counts).toMatchObject({ finished: day.placed.size, unsaved: 0, lost: 0 })

  const [report] = await box.ledger.list(2)
  expect(report).toMatchObject({
    stage: 'closed',
    upAtVerdict,
    peakCalls,
    cut: 0,
    phones: { home: phones, away: 0 },
  })
  expect({ ...report?.served, ...report?.unanswered, ...report?.failed }).toEqual(expected)
  expect(report?.failedCalls).toHaveLength(mostFailedCalls)
  expect(await box.decisions()).toBeLessThanOrEqual(keepDecisions + 100)
  await box.stop()
  expect(box.clock.pendingTimers).toBe(0)
  expect(await box.size()).toMatchObject({ files: 0 })
}, 240_000)
