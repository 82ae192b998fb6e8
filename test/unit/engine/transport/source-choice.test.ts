import { describe, expect, it } from 'vitest'
import { SourceChoice } from '../../../../src/engine/transport/source-choice.ts'

const listener = (address: string) => ({
  point: { transport: 'udp', address, port: 5060, advertisedHost: address, advertisedPort: 5060 } as const,
})

const chosen = (addresses: readonly string[], target: string, device?: string) =>
  new SourceChoice(addresses.map(listener), { deviceTowards: () => device }).towards(target)?.point.address

describe('the address to send from', () => {
  it.each([
    ['is the only one of the family', ['192.0.2.1', '::1'], '203.0.113.9', '192.0.2.1'],
    ['is on the network of the target', ['192.0.2.1', '127.0.0.2'], '127.0.0.1', '127.0.0.2'],
    ['is a wildcard for other networks', ['127.0.0.1', '0.0.0.0'], '203.0.113.9', '0.0.0.0'],
    ['is of the family of the target', ['0.0.0.0', '::'], '2001:db8::9', '::'],
    ['is the first when none suits better', ['192.0.2.1', '192.0.2.2'], '203.0.113.9', '192.0.2.1'],
    ['is none when the family is not listened on', ['192.0.2.1'], '2001:db8::9', undefined],
  ])('%s', (_, addresses, target, expected) => {
    expect(chosen(addresses, target)).toBe(expected)
  })

  it('is on the device that the route to the target leaves by', () => {
    // The only device that every machine has.
    expect(chosen(['192.0.2.1', '127.0.0.1'], '203.0.113.9', 'lo')).toBe('127.0.0.1')
    expect(chosen(['192.0.2.1', '127.0.0.1'], '203.0.113.9', 'wan0')).toBe('192.0.2.1')
  })
})
