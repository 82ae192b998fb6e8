import { describe, expect, it } from 'vitest'
import type { Service } from '../../../src/domain/service-record.ts'
import { encodeCbor, MalformedCbor } from '../../../src/lib/cbor.ts'
import { decodeService, encodeService } from '../../../src/overlay/services/service-value.ts'

const services: readonly Service[] = [
  { kind: 'pstn', prefixes: ['+49', '+41'], channelsFree: 3, costPerMinute: 12.5 },
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
