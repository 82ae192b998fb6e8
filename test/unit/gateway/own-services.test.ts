import { describe, expect, it } from 'vitest'
import { servicesSection } from '../../../src/config/sections/services.ts'
import type { Service, ServiceKind } from '../../../src/domain/service-record.ts'
import { type OfferingOverlay, OwnServices } from '../../../src/gateway/own-services.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'

class Offers {
  readonly now = new Map<ServiceKind, Service>()
  told = 0
  entrance: { addresses: readonly string[]; free: number } = { addresses: [], free: 500 }

  get overlay(): OfferingOverlay {
    return {
      overlay: { status: () => ({ entrance: this.entrance }) },
      services: {
        offer: (service) => {
          this.told++
          this.now.set(service.kind, service)
        },
        withdraw: (kind) => void this.now.delete(kind),
      },
    }
  }
}

describe('the services of the box itself', () => {
  it('are those that the operator runs, a relay that answers, and an entrance that others can dial', async () => {
    const clock = new FakeClock()
    const offers = new Offers()
    const relay = { isReachable: false }
    let callsFree = 497
    const section = servicesSection.parse({
      stun: ['stun:stun.example.org'],
      turn: ['turn:turn.example.org:3478?transport=udp'],
      turnSessions: 7,
    })
    const own = new OwnServices({
      ...{ overlays: [offers.overlay], section, relay, clock },
      callsFree: () => callsFree,
    })
    await own.start()
    expect([...offers.now.keys()]).toEqual(['stun', 'turn'])
    expect(offers.now.get('turn')).toMatchObject({ free: 7, policy: 'members' })

    relay.isReachable = true
    offers.entrance = { addresses: ['/ip4/192.0.2.1/tcp/4160'], free: 499 }
    clock.advance(30_000)
    expect(offers.now.get('media-relay')).toMatchObject({ free: 490, policy: 'own-calls' })
    expect(offers.now.get('bootstrap')).toMatchObject({ addresses: ['/ip4/192.0.2.1/tcp/4160'], free: 490 })

    const toldSoFar = offers.told
    callsFree = 492
    clock.advance(60_000)
    expect(offers.told, 'a call more or less is no news').toBe(toldSoFar)

    relay.isReachable = false
    clock.advance(30_000)
    expect(offers.now.has('media-relay')).toBe(false)
    await own.stop()
    expect(clock.pendingTimers).toBe(0)
  })
})
