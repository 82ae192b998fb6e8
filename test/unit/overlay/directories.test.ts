import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { AorDirectory } from '../../../src/overlay/aor-directory.ts'
import type { OverlayRecord } from '../../../src/overlay/overlay.ts'
import { ServiceDirectory } from '../../../src/overlay/service-directory.ts'
import { anna, now } from './some-records.ts'

/** Holds records as an overlay of one box would, and lets a test slip in those of others. */
class LooseLeafOverlay {
  readonly domain = 'town.example'
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
    const facts = { addresses: [], since: now, foundBy: 'peer' as const }
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
  it('tells the offers of connected boxes, nearest first', async () => {
    const clock = new FakeClock(now)
    const overlay = new LooseLeafOverlay(clock)
    const directory = new ServiceDirectory(overlay, { clock, log: silentLog })
    await directory.start()
    const service = { kind: 'pstn' as const, prefixes: ['+49'], channelsFree: 2, costPerMinute: 0.5 }
    directory.offer(service)
    await directory.settled()
    const [mine] = overlay.records as [OverlayRecord]
    for (const signer of ['lost', 'far', 'near']) overlay.records.push({ ...mine, signer })
    expect(await directory.find('pstn', soon)).toEqual([
      { peerName: 'near', service, roundTripMs: 3 },
      { peerName: 'far', service, roundTripMs: 80 },
    ])
    await directory.stop()
  })
})
