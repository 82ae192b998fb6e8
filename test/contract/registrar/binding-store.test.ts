import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BindingTable } from '../../../src/drivers/sqlite/binding-table.ts'
import { Database } from '../../../src/drivers/sqlite/database.ts'
import { silentLog } from '../../../src/lib/log.ts'
import type { BindingStore } from '../../../src/registrar/binding-store.ts'
import { aBinding } from '../../support/a-binding.ts'
import { MemoryBindingStore } from '../../support/memory-binding-store.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'

interface OpenStore {
  readonly store: BindingStore
  close(): Promise<void>
}

const implementations: [name: string, open: () => Promise<OpenStore>][] = [
  ['memory', async () => ({ store: new MemoryBindingStore(), close: async () => undefined })],
  [
    'sqlite',
    async () => {
      const folder = new TemporaryFolder('store')
      const database = new Database({ dataDir: folder.path, log: silentLog })
      await database.start()
      const close = async (): Promise<void> => {
        await database.stop()
        folder.remove()
      }
      return { store: new BindingTable(database), close }
    },
  ],
]

describe.each(implementations)('binding store: %s', (_, open) => {
  let opened: OpenStore
  let store: BindingStore

  beforeEach(async () => {
    opened = await open()
    store = opened.store
  })
  afterEach(() => opened.close())

  it('gives back every field', async () => {
    const full = aBinding({
      contact: 'sip:ü@[2001:db8::1]:5062;transport=tcp',
      q: 0.3,
      path: ['<sip:p1.example;lr>', '<sip:p2.example;lr>'],
      source: { transport: 'tcp', address: '2001:db8::1', port: 40_000 },
      instance: '<urn:uuid:1>',
      regId: 2,
      userAgent: 'Phone "7"',
      origin: 'pbx',
    })
    await store.save({ put: [full, aBinding()], remove: [] })
    const loaded = await store.load(0)
    expect(loaded).toHaveLength(2)
    expect(loaded).toEqual(expect.arrayContaining([full, aBinding()]))
  })

  it('replaces a binding by the next of the same contact, or of the same flow', async () => {
    const flow = { instance: '<urn:uuid:1>', regId: 1 }
    await store.save({ put: [aBinding(), aBinding({ contact: 'sip:a@h', ...flow })], remove: [] })
    await store.save({ put: [aBinding({ cseq: 2 }), aBinding({ contact: 'sip:b@h', ...flow })], remove: [] })
    const loaded = await store.load(0)
    expect(loaded).toHaveLength(2)
    expect(loaded).toEqual(
      expect.arrayContaining([aBinding({ cseq: 2 }), aBinding({ contact: 'sip:b@h', ...flow })]),
    )
  })

  it('removes what it is told to, of that user only', async () => {
    const other = aBinding({ aor: 'sip:202@site-a.example' })
    await store.save({ put: [aBinding(), other], remove: [] })
    await store.save({ put: [], remove: [aBinding()] })
    expect(await store.load(0)).toEqual([other])
  })

  it('forgets what has expired', async () => {
    await store.save({
      put: [aBinding({ expiresAt: 1_000 }), aBinding({ contact: 'sip:b@h', expiresAt: 1_001 })],
      remove: [],
    })
    expect((await store.load(1_000)).map(({ contact }) => contact)).toEqual(['sip:b@h'])
    expect(await store.load(0)).toHaveLength(1)
  })
})
