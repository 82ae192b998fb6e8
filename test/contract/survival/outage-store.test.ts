import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Database } from '../../../src/drivers/sqlite/database.ts'
import { OutageTable } from '../../../src/drivers/sqlite/outage-table.ts'
import { silentLog } from '../../../src/lib/log.ts'
import type { OutageStore } from '../../../src/survival/outages/outage-store.ts'
import type { RollEntry } from '../../../src/survival/outages/phone-roll.ts'
import { anOutageReport } from '../../support/an-outage-report.ts'
import { MemoryOutageStore } from '../../support/memory-outage-store.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'

interface OpenStore {
  readonly store: OutageStore
  close(): Promise<void>
}

const implementations: [name: string, open: () => Promise<OpenStore>][] = [
  ['memory', async () => ({ store: new MemoryOutageStore(), close: async () => undefined })],
  [
    'sqlite',
    async () => {
      const folder = new TemporaryFolder('outages')
      const database = new Database({ dataDir: folder.path, log: silentLog })
      await database.start()
      const close = async (): Promise<void> => {
        await database.stop()
        folder.remove()
      }
      return { store: new OutageTable(database), close }
    },
  ],
]

const phone = { aor: 'sip:201@office.example', userAgent: undefined, source: '192.0.2.1:5060', lastSeen: 7 }
const roll: RollEntry[] = [{ device: 'one', phone, wasAtPbx: true, hasMoved: false, isHome: true }]

describe.each(implementations)('outage store: %s', (_, open) => {
  let opened: OpenStore
  let store: OutageStore

  beforeEach(async () => {
    opened = await open()
    store = opened.store
  })
  afterEach(() => opened.close())

  it('gives back a report as it was stored last, and its phones until it is closed', async () => {
    const report = anOutageReport({ served: { extension: 1 } })
    await store.save(report, 50)
    await store.saveRoll(report.id, roll)
    await store.save({ ...report, served: { extension: 2 } }, 60)
    const [kept, ...others] = await store.open()
    expect(others).toEqual([])
    expect(kept).toMatchObject({ savedAt: 60, report: { served: { extension: 2 } } })
    expect(kept?.roll).toEqual(roll)

    const closed = anOutageReport({ stage: 'closed', endedAt: report.detectedAt + 1 })
    await store.save(closed, 70)
    expect(await store.open()).toEqual([])
    expect(await store.find(report.id)).toEqual(closed)
  })

  it('lists the newest first', async () => {
    for (const at of [2, 3, 1]) await store.save(anOutageReport({ id: `at ${at}`, detectedAt: at }), at)
    expect((await store.list(2)).map(({ id }) => id)).toEqual(['at 3', 'at 2'])
    expect((await store.open()).map(({ report }) => report.id)).toEqual(['at 1', 'at 2', 'at 3'])
  })

  it('forgets what is too old and what is too much, but nothing that is open', async () => {
    for (const at of [1, 2, 3, 4, 5]) {
      const stage = at === 1 ? 'coming-home' : 'closed'
      await store.save(anOutageReport({ id: `at ${at}`, detectedAt: at, stage }), at)
    }
    await store.trim(3, 2)
    expect((await store.list(10)).map(({ id }) => id)).toEqual(['at 5', 'at 4', 'at 1'])
  })

  it('knows nothing of an outage that was none', async () => {
    expect(await store.find('nothing')).toBeUndefined()
  })
})
