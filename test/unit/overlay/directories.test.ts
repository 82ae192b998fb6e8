import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import type { OverlayRecord } from '../../../src/overlay/overlay.ts'
import { AorDirectory } from '../../../src/overlay/records/aor-directory.ts'
import { ServiceDirectory } from '../../../src/overlay/services/service-directory.ts'
import { anna, now } from './some-records.ts'

/** Holds records as an overlay of one box would, and lets a test slip in those of others. */
class LooseLeafOverlay {
  readonly domain = 'town.example'
  readonly peerName = 'me'
  readonly records: OverlayRecord[] = []
  readonly #clock: FakeClock

  constructor(clock: FakeClock) {
    this.#clock = clock
  }

  async store(kind: OverlayRecord['kind'], resource: string, value: Uint8Array, lifetimeSeconds: number) {
    await this.remove(kind, resource)
    this.records.push({ kind, resource, value, lifetimeSeconds, signer: 'me', storedAt: this.#clock.now() })
    return { holders: ['me'], wanted: 1 }
  }

  async fetch(kind: OverlayRecord['kind'], resource: string) {
    return this.records.filter((record) => record.kind === kind && record.resource === resource)
  }

  async remove(kind: OverlayRecord['kind'], resource: string) {
    const place = this.records.findIndex(
      (record) => record.kind === kind && record.resource === resource && record.signer === 'me',
    )
    if (place >= 0) this.records.splice(place, 1)
  }

  peers() {
    const facts = { addresses: [], since: now, foundBy: 'peer' as const, role: 'peer' as const }
    return [
      { peerName: 'far', connected: true, roundTripMs: 80, ...facts },
      { peerName: 'near', connected: true, roundTripMs: 3, ...facts },
      { peerName: 'lost', connected: false, roundTripMs: 1, ...facts },
    ]
  }
}

const soon = AbortSignal.timeout(5_000)

describe('directory of users', () => {
  const clock = new FakeClock(now)
  const options = { longestLifetimeSeconds: 3_600, clock, log: silentLog }

  it('tells the home boxes, the one refreshed last first, without those whose phones have expired', async () => {
    const overlay = new LooseLeafOverlay(clock)
    const directory = new AorDirectory(overlay, options)
    await directory.start()
    directory.publish(anna, 30, 2)
    await directory.settled()
    const [mine] = overlay.records as [OverlayRecord]
    overlay.records.push({ ...mine, signer: 'newer', storedAt: now + 5 })
    expect(await directory.find(anna, soon)).toEqual([
      { peerName: 'newer', contacts: 2, expiresAt: now + 30_000 },
      { peerName: 'me', contacts: 2, expiresAt: now + 30_000 },
    ])
    clock.advance(30_000)
    expect(await directory.find(anna, soon)).toEqual([])
    await directory.stop()
  })

  it('a user without a phone is known, and that he has none is believed for 5 s', async () => {
    const overlay = new LooseLeafOverlay(clock)
    const fetched: (number | undefined)[] = []
    const watched = {
      ...{ domain: overlay.domain, store: overlay.store.bind(overlay), remove: overlay.remove.bind(overlay) },
      fetch: (kind: 'sip-aor', resource: string, _signal: AbortSignal, newerThan?: number) => {
        fetched.push(newerThan)
        return overlay.fetch(kind, resource)
      },
    }
    const directory = new AorDirectory(watched, options)
    await directory.start()
    directory.publish(anna, Number.POSITIVE_INFINITY, 0, 'in turn')
    await directory.settled()
    const home = { peerName: 'me', expiresAt: Number.POSITIVE_INFINITY }
    expect(await directory.find(anna, soon)).toEqual([{ ...home, contacts: 0 }])
    expect(fetched).toEqual([undefined, clock.now() - 5_000])
    directory.publish(anna, Number.POSITIVE_INFINITY, 2)
    await directory.settled()
    expect(await directory.find(anna, soon)).toEqual([{ ...home, contacts: 2 }])
    expect(fetched).toHaveLength(3)
    await directory.stop()
  })

  it('a withdrawn user is gone', async () => {
    const directory = new AorDirectory(new LooseLeafOverlay(clock), options)
    await directory.start()
    directory.publish(anna, 60)
    await directory.settled()
    directory.withdraw(anna)
    await directory.settled()
    expect(await directory.find(anna, soon)).toEqual([])
    await directory.stop()
  })

  it('a record that makes no sense hides no other', async () => {
    const overlay = new LooseLeafOverlay(clock)
    const directory = new AorDirectory(overlay, options)
    await directory.start()
    directory.publish(anna, 60)
    await directory.settled()
    const [mine] = overlay.records as [OverlayRecord]
    overlay.records.push({ ...mine, signer: 'odd', value: Buffer.from('?') })
    expect(await directory.find(anna, soon)).toMatchObject([{ peerName: 'me' }])
    await directory.stop()
  })
})

describe('directory of services', () => {
  it('tells all offers, with what a choice among them needs to know', async () => {
    const clock = new FakeClock(now)
    const overlay = new LooseLeafOverlay(clock)
    const directory = new ServiceDirectory(overlay, { clock, log: silentLog })
    await directory.start()
    const service = { kind: 'pstn' as const, prefixes: ['+49'], channelsFree: 2, costPerMinute: 0.5 }
    directory.offer(service)
    await directory.settled()
    const [mine] = overlay.records as [OverlayRecord]
    for (const signer of ['lost', 'far']) overlay.records.push({ ...mine, signer })
    overlay.records.push({ ...mine, signer: 'odd', value: Buffer.from('?') })
    expect(await directory.find('pstn', soon)).toEqual([
      { peerName: 'me', service, roundTripMs: undefined, isLocal: true, isReachable: true },
      { peerName: 'lost', service, roundTripMs: 1, isLocal: false, isReachable: false },
      { peerName: 'far', service, roundTripMs: 80, isLocal: false, isReachable: true },
    ])
    await directory.stop()
  })
})
