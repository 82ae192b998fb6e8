import { expect, it } from 'vitest'
import { guardSection } from '../../../src/config/sections/guard.ts'
import type { Binding } from '../../../src/domain/binding.ts'
import { KnownSources } from '../../../src/gateway/known-sources.ts'
import { NeighbourAddresses } from '../../../src/gateway/neighbour-addresses.ts'
import { Guard } from '../../../src/guard/guard.ts'
import { AddressSet } from '../../../src/lib/address-set.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { aBinding } from '../../support/a-binding.ts'

it('the engine knows where users are registered: at the start, as phones come, and as they refresh', async () => {
  const clock = new FakeClock(1_000_000)
  const from = (address: string, expiresAt: number): Binding =>
    aBinding({ source: { address, port: 5060, transport: 'udp' }, expiresAt })
  let bindings = [from('192.0.2.7', 1_300_000)]
  let announce: (aor: string, bindings: readonly Binding[]) => void = () => undefined
  const told: unknown[] = []
  const part = new KnownSources({
    location: {
      all: () => bindings,
      onChange: (listener) => {
        announce = listener as typeof announce
        return () => undefined
      },
    },
    guard: new Guard(guardSection.parse({}), silentLog, clock),
    engine: { setStanding: (source, standing) => told.push([source, standing]) },
    ownNetworks: { has: () => false },
    clock,
  })
  await part.start()
  announce('sip:202@site-a.test', [from('192.0.2.8', 1_300_000)])
  expect(told.splice(0)).toEqual([
    ['192.0.2.7', { kind: 'known', until: 1_300_000 }],
    ['192.0.2.8', { kind: 'known', until: 1_300_000 }],
  ])
  clock.advance(60_000)
  expect(told.splice(0)).toEqual([])
  bindings = [from('192.0.2.7', 1_900_000)]
  clock.advance(30_000)
  expect(told).toEqual([['192.0.2.7', { kind: 'known', until: 1_900_000 }]])
  await part.stop()
  expect(clock.pendingTimers).toBe(0)
})

it('a ban at the site itself is kept from the engine: whoever reads the request sees a call for help', async () => {
  const clock = new FakeClock(1_000_000)
  const guard = new Guard(guardSection.parse({ authFailuresToBan: 1 }), silentLog, clock)
  const told: unknown[] = []
  const part = new KnownSources({
    location: { all: () => [], onChange: () => () => undefined },
    guard,
    engine: { setStanding: (source, standing) => told.push([source, standing?.kind]) },
    ownNetworks: new AddressSet(['192.168.0.0/16', 'fc00::/7']),
    clock,
  })
  await part.start()
  for (const address of ['192.168.1.7', 'fd00::7', '203.0.113.7']) {
    guard.noteAuthFailure({ address })
    expect(guard.admit({ address })).toBe('banned')
  }
  expect(told).toEqual([
    ['192.168.1.7', undefined],
    ['fd00:0:0:0::/64', undefined],
    ['203.0.113.7', 'banned'],
  ])
  await part.stop()
})

it('the engine is told of the addresses of neighbours when they change', async () => {
  const clock = new FakeClock()
  let pbx = ['192.0.2.1']
  const told: unknown[] = []
  const sources = [{ knownAddresses: () => pbx }, { knownAddresses: () => ['192.0.2.9'] }]
  const part = new NeighbourAddresses(sources, (addresses) => told.push(addresses), clock)
  await part.start()
  clock.advance(20_000)
  pbx = ['192.0.2.2']
  clock.advance(5_000)
  expect(told).toEqual([
    ['192.0.2.1', '192.0.2.9'],
    ['192.0.2.2', '192.0.2.9'],
  ])
  await part.stop()
  expect(clock.pendingTimers).toBe(0)
})
