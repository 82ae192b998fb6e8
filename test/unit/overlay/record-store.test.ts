import { describe, expect, it } from 'vitest'
import { type CheckedRecord, RecordRefused } from '../../../src/overlay/records/record-check.ts'
import { noStoreLimits, RecordStore } from '../../../src/overlay/records/record-store.ts'
import { anna, checked, now } from './some-records.ts'

const day = 86_400_000

function faultOf(store: RecordStore, record: CheckedRecord): string {
  try {
    return store.put(record) ? 'news' : 'known'
  } catch (error) {
    if (error instanceof RecordRefused) return error.fault
    throw error
  }
}

describe('record store', () => {
  it('keeps one entry per signer, the newest', () => {
    const store = new RecordStore()
    store.put(checked())
    store.put(checked({ storedAt: now + 1 }))
    store.put(checked({ signer: 'box-b' }))
    expect(store.list('sip-aor', anna, now).map(({ signer, storedAt }) => [signer, storedAt])).toEqual([
      ['box-a', now + 1],
      ['box-b', now],
    ])
  })

  it('never goes back to an older entry, and knows one that it has', () => {
    const store = new RecordStore()
    store.put(checked())
    expect(faultOf(store, checked({ storedAt: now - 1 }))).toBe('older')
    expect(faultOf(store, checked())).toBe('known')
    expect(faultOf(store, checked({ value: Buffer.from('other, same time') }))).toBe('older')
  })

  it('an expired entry still guards against an older one that lives longer', () => {
    const store = new RecordStore()
    store.put(checked())
    store.sweep(now + 60_000)
    expect(store.list('sip-aor', anna, now + 60_000)).toEqual([])
    expect(faultOf(store, checked({ storedAt: now - 1, lifetimeSeconds: 86_400 }))).toBe('older')
  })

  it('forgets the guard when nothing older can be alive', () => {
    const store = new RecordStore()
    store.put(checked())
    store.sweep(now + day)
    expect(store.latest('sip-aor', anna, 'box-a')).toBeUndefined()
  })

  it('a tombstone is passed on but not counted', () => {
    const store = new RecordStore()
    store.put(checked({ removed: true, lifetimeSeconds: 86_400 }))
    expect(store.list('sip-aor', anna, now)).toHaveLength(1)
    expect(store.count(now)).toBe(0)
  })

  it('has limits per signer, per resource and in all, that are free again after sweeping', () => {
    const store = new RecordStore({
      ...noStoreLimits,
      ...{ entriesPerSigner: 2, signersPerResource: 2, entries: 3 },
    })
    const put = (resource: string, signer: string) => faultOf(store, checked({ resource, signer }))
    expect([put('1', 'a'), put('2', 'a'), put('3', 'a')]).toEqual(['news', 'news', 'quota'])
    expect([put('1', 'b'), put('1', 'c'), put('2', 'c')]).toEqual(['news', 'quota', 'quota'])
    store.sweep(now + day)
    expect(put('3', 'a')).toBe('news')
  })

  it('has limits in bytes, which a newer version of an entry may not outgrow either', () => {
    const store = new RecordStore({ ...noStoreLimits, bytesPerSigner: 100, bytes: 150 })
    const put = (resource: string, signer: string, size: number, storedAt = now) =>
      faultOf(store, checked({ resource, signer, storedAt, bytes: Buffer.alloc(size) }))
    expect([put('1', 'a', 60), put('2', 'a', 50)]).toEqual(['news', 'quota'])
    expect([put('1', 'a', 100, now + 1), put('1', 'a', 101, now + 2)]).toEqual(['news', 'quota'])
    expect([put('1', 'b', 60), put('1', 'b', 50)]).toEqual(['quota', 'news'])
    store.forgetSigner('a')
    expect(store.latest('sip-aor', '1', 'a')).toBeUndefined()
    expect(put('2', 'b', 50)).toBe('news')
    store.sweep(now + 60_000)
    expect(put('3', 'b', 100)).toBe('news')
  })

  it('tells what is new or changed, not what was refreshed', () => {
    const store = new RecordStore()
    const told: number[] = []
    store.onChange(({ storedAt }) => told.push(storedAt - now))
    store.put(checked())
    store.put(checked({ storedAt: now + 1 }))
    store.put(checked({ storedAt: now + 2, value: Buffer.from('moved') }))
    store.put(checked({ storedAt: now + 3, value: Buffer.from('moved'), removed: true }))
    expect(told).toEqual([0, 2, 3])
  })
})
