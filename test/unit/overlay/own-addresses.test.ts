import type { NetworkInterfaceInfo } from 'node:os'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Interfaces, OwnAddresses } from '../../../src/drivers/libp2p/own-addresses.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'

const ip4 = (address: string, internal = false) =>
  ({ address, family: 'IPv4', internal }) as NetworkInterfaceInfo
const lo = [ip4('127.0.0.1', true)]

describe('the addresses of a box', () => {
  let clock: FakeClock
  let interfaces: Interfaces
  let changes: string[]

  beforeEach(() => {
    clock = new FakeClock()
    interfaces = { lo, eth0: [ip4('192.0.2.7')] }
    changes = []
  })

  const own = (...listen: string[]) =>
    new OwnAddresses({
      listen,
      interfaces: () => interfaces,
      clock,
      changed: (hasLost) => changes.push(hasLost ? 'lost' : 'new'),
    })

  it('are those of its interfaces, with the port that the system chose', () => {
    const addresses = own('/ip4/0.0.0.0/tcp/0')
    addresses.start(['/ip4/127.0.0.1/tcp/40123/p2p/x', '/ip4/192.0.2.7/tcp/40123/p2p/x'])
    expect(addresses.all()).toEqual(['/ip4/192.0.2.7/tcp/40123'])
    expect(addresses.behind('203.0.113.5')).toEqual(['/ip4/203.0.113.5/tcp/40123'])
    expect(addresses.behind('2001:db8::1')).toEqual([])
  })

  it('are loopback ones only while there are no others', () => {
    interfaces = { lo }
    const addresses = own('/ip4/0.0.0.0/tcp/4160')
    addresses.start([])
    expect(addresses.all()).toEqual(['/ip4/127.0.0.1/tcp/4160'])
    interfaces = { lo, eth0: [ip4('192.0.2.7')] }
    clock.advance(2_000)
    expect(addresses.all()).toEqual(['/ip4/192.0.2.7/tcp/4160'])
  })

  it('a change is told within two seconds, and only once', () => {
    const addresses = own('/ip4/0.0.0.0/tcp/4160')
    addresses.start([])
    interfaces = { lo, eth0: [ip4('192.0.2.7')], eth1: [ip4('198.51.100.7')] }
    clock.advance(10_000)
    expect(changes).toEqual(['new'])
    expect(addresses.all()).toEqual(['/ip4/192.0.2.7/tcp/4160', '/ip4/198.51.100.7/tcp/4160'])
    interfaces = { lo, eth0: [ip4('192.0.2.7')], eth2: [ip4('203.0.113.7')] }
    clock.advance(2_000)
    expect(changes).toEqual(['new', 'lost'])
    addresses.stop()
    interfaces = { lo }
    clock.advance(10_000)
    expect(changes).toHaveLength(2)
  })
})
