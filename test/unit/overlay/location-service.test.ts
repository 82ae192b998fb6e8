import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { StoreFailed } from '../../../src/overlay/overlay-errors.ts'
import { PeerCalls } from '../../../src/overlay/protocol/peer-calls.ts'
import type { StoreVerdict } from '../../../src/overlay/protocol/peer-message.ts'
import { Holders } from '../../../src/overlay/records/holders.ts'
import { LocationService } from '../../../src/overlay/records/location-service.ts'
import { placePeer } from '../../../src/overlay/records/placement.ts'
import type { CheckedRecord } from '../../../src/overlay/records/record-check.ts'
import { noStoreLimits, RecordStore } from '../../../src/overlay/records/record-store.ts'
import { anna, credentials, now, SomeBox } from './some-records.ts'

const text = (value: string) => Buffer.from(value)
const stored: StoreVerdict = { outcome: 'stored', reason: '', latest: now }
const older = (latest: number): StoreVerdict => ({ outcome: 'older', reason: 'a newer one is here', latest })

describe('storing', () => {
  let clock: FakeClock
  let own: RecordStore
  let service: LocationService
  let sent: { peer: string; record: CheckedRecord }[]
  let missed: string[]
  /** What a holder says. */
  let verdict: (peer: string, record: CheckedRecord) => StoreVerdict | Promise<StoreVerdict>

  beforeEach(() => {
    const box = new SomeBox()
    clock = new FakeClock(now)
    own = new RecordStore(noStoreLimits)
    sent = []
    missed = []
    verdict = () => stored
    const placed = [placePeer('b'), placePeer('c'), placePeer('d')]
    service = new LocationService({
      ...{ self: box.peer, overlay: 'town.example', key: box.key, credential: { bytes: box.credential } },
      ...{ credentials, holders: new Holders({ placed: () => placed }, 3) },
      table: { members: () => [], enrolled: () => [] },
      ...{ held: new RecordStore(), own },
      calls: new PeerCalls({ request: () => Promise.reject(new Error('nobody is asked')) }, clock),
      outbox: {
        store: async (peer, record) => {
          sent.push({ peer, record })
          return verdict(peer, record)
        },
      },
      replication: { missed: (peer) => missed.push(peer) },
      counts: { refused: () => false },
      ...{ clock, log: silentLog },
    })
  })

  const store = (value: string) => service.store('sip-aor', anna, text(value), 3_600)
  const lastSaid = () => {
    const [record] = own.list('sip-aor', anna, clock.now())
    return record && Buffer.from(record.value).toString()
  }

  it('a holder that did not answer is remembered as missing it, one that refused is not', async () => {
    verdict = (peer) => (peer === 'b' ? { outcome: 'failed', reason: 'silent', latest: 0 } : stored)
    expect(await store('x')).toMatchObject({ wanted: 3 })
    verdict = (peer) => (peer === 'c' ? { outcome: 'quota', reason: 'full', latest: 0 } : stored)
    await store('y')
    expect(missed).toEqual(['b'])
  })

  it('one holder that knows a later entry is enough to sign anew, after that one', async () => {
    verdict = (peer, record) => (peer === 'c' && record.storedAt < now + 5_000 ? older(now + 5_000) : stored)
    const { holders } = await store('after a restart')
    expect(holders).toHaveLength(3)
    expect(sent.at(-1)?.record.storedAt).toBe(now + 5_001)
  })

  it('a holder that claims an entry from the far future is not believed', async () => {
    verdict = (peer) => (peer === 'c' ? older(now + 86_400_000) : stored)
    expect((await store('x')).holders).toHaveLength(2)
    expect(sent).toHaveLength(3)
    verdict = () => older(now + 86_400_000)
    await expect(store('y')).rejects.toBeInstanceOf(StoreFailed)
  })

  it('what was said later is not undone by an earlier store that is tried again', async () => {
    const early = Promise.withResolvers<StoreVerdict>()
    verdict = () => early.promise
    const first = store('first')
    verdict = () => stored
    await store('second')
    early.resolve(older(now + 5_000))
    await first
    expect(lastSaid()).toBe('second')
    expect(sent).toHaveLength(6)
  })

  it('goes on after a clock that ran ahead was set right', async () => {
    clock.advance(600_000)
    await store('ahead')
    const wrong = sent.at(-1)?.record.storedAt ?? 0
    clock.advance(-600_000)
    await store('right')
    expect(wrong).toBe(now + 600_000)
    expect(sent.at(-1)?.record.storedAt).toBe(now)
    expect(lastSaid()).toBe('right')
  })
})
