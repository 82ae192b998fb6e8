import { describe, expect, it } from 'vitest'
import type { PstnService, Service } from '../../../src/domain/service-record.ts'
import { encodeCbor, MalformedCbor } from '../../../src/lib/cbor.ts'
import { decodeService, encodeService } from '../../../src/overlay/services/service-value.ts'

const services: readonly Service[] = [
  { kind: 'pstn', prefixes: ['+49', '+41'], channelsFree: 3, costPerMinute: 12.5 },
  {
    kind: 'pstn',
    prefixes: ['+'],
    channelsFree: 0,
    costPerMinute: 5,
    rates: [{ prefix: '+4930', perMinute: 0.5, setup: 50, stepSeconds: 60 }],
    takesEmergencies: true,
  },
  { kind: 'media-relay', addresses: [], free: 480, policy: 'own-calls' },
  { kind: 'stun', addresses: ['stun:stun.example.org:3478'], free: 1_000_000, policy: 'anybody' },
  { kind: 'turn', addresses: ['turn:192.0.2.7?transport=udp'], free: 100, policy: 'members' },
  { kind: 'bootstrap', addresses: ['/ip4/192.0.2.1/tcp/4160'], free: 490, policy: 'members' },
]

describe('the value of a service record', () => {
  it('is read as it was written, for every kind', () => {
    for (const service of services)
      expect(decodeService(service.kind, encodeService(service))).toEqual(service)
  })

  it('is refused with a price that would pay the caller, or a rate that makes no sense', () => {
    const line = { prefixes: ['+'], channelsFree: 1, costPerMinute: 5 }
    expect(() => decodeService('pstn', encodeCbor({ ...line, rates: [['+49', 1, 0, 1]] }))).not.toThrow()
    for (const value of [
      { ...line, costPerMinute: -1 },
      { ...line, takesEmergencies: 'yes' },
      ...[
        ['+49', -1, 0, 1],
        ['+49', 1, -1, 1],
        ['49', 1, 0, 1],
        ['+49', 1, 0, 0],
        ['+49', 1, 0, 86_400],
        ['+49', 1, 0, 1, 1],
        ['+49', 1, 0],
        'dear',
      ].map((rate) => ({ ...line, rates: [rate] })),
    ])
      expect(() => decodeService('pstn', encodeCbor(value)), JSON.stringify(value)).toThrow(MalformedCbor)
  })

  it('holds the broadest of a long price list, so that the record is never too large', () => {
    const prefixes = Array.from({ length: 300 }, (_, index) => `+${4_930_100_000_000 + index}`)
    const rates = prefixes.map((prefix) => ({ prefix, perMinute: 1_234.5, setup: 1_234.5, stepSeconds: 60 }))
    const value = encodeService({
      kind: 'pstn',
      prefixes: [...prefixes, '+49'],
      channelsFree: 1_000,
      costPerMinute: 1_234.5,
      rates: [...rates, { prefix: '+1', perMinute: 1, setup: 0, stepSeconds: 1 }],
      takesEmergencies: true,
    })
    expect(value.length).toBeLessThan(1_024)
    const { prefixes: told, rates: priced } = decodeService('pstn', value) as PstnService
    expect([told[0], priced?.[0]?.prefix]).toEqual(['+49', '+1'])
  })

  it('is refused with a field missing, unknown, or out of bounds', () => {
    const good = { addresses: ['stun:a'], free: 1, policy: 'anybody' }
    const { policy: _, ...withoutPolicy } = good
    for (const value of [
      withoutPolicy,
      { ...good, more: 1 },
      { ...good, policy: 'nobody' },
      { ...good, free: -1 },
      { ...good, addresses: Array.from({ length: 9 }, () => 'stun:a') },
    ])
      expect(() => decodeService('stun', encodeCbor(value)), JSON.stringify(value)).toThrow(MalformedCbor)
  })
})
