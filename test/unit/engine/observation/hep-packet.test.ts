import { describe, expect, it } from 'vitest'
import { type HepMessage, hepPacket } from '../../../../src/engine/observation/hep-packet.ts'
import { readHep } from '../../../support/read-hep.ts'

const message: HepMessage = {
  at: 1_700_000_000_123.456,
  isDatagram: true,
  source: { address: '192.0.2.7', port: 5062 },
  destination: { address: '198.51.100.1', port: 5060 },
  captureId: 4_000_000_001,
  password: 'pa55',
  callId: 'abc@192.0.2.7',
  payload: Buffer.from('OPTIONS sip:ü SIP/2.0\r\n\r\n'),
}

function seen(more: Partial<HepMessage>) {
  const packet = hepPacket({ ...message, ...more })
  if (!packet) throw new Error('too large')
  return readHep(packet)
}

describe('a HEP packet', () => {
  it('tells what passed, when, between whom', () => {
    expect(seen({})).toMatchObject({
      family: 'ipv4',
      protocol: 17,
      source: '192.0.2.7 5062',
      destination: '198.51.100.1 5060',
      kind: 1,
      captureId: 4_000_000_001,
      password: 'pa55',
      callId: 'abc@192.0.2.7',
      payload: 'OPTIONS sip:ü SIP/2.0\r\n\r\n',
    })
    expect(seen({}).atMs).toBeCloseTo(message.at, 2)
    expect(seen({ password: undefined, isDatagram: false })).toMatchObject({
      password: undefined,
      protocol: 6,
    })
  })

  it.each([
    ['2001:db8::7', '2001:db8::7'],
    ['::1', '::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
  ])('carries the IPv6 address %s', (address, expected) => {
    const { family, source } = seen({
      source: { address, port: 1 },
      destination: { address: '2001:db8::1', port: 2 },
    })
    expect([family, source]).toEqual(['ipv6', `${expected} 1`])
  })

  it('gives an address that is no number, or of the other family, as the unspecified one', () => {
    expect(seen({ source: { address: 'sip.example.org', port: 1 } }).source).toBe('0.0.0.0 1')
    expect(seen({ source: { address: '2001:db8::7', port: 1 } }).destination).toBe(':: 5060')
  })

  it('is not made of a message that fits into no datagram', () => {
    expect(hepPacket({ ...message, payload: Buffer.alloc(65_507) })).toBeUndefined()
  })
})
