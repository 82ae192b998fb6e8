import type { NetworkInterfaceInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import { Via } from '../../../../src/engine/message/via.ts'
import { OwnNames } from '../../../../src/engine/proxy/own-names.ts'
import { isOwnVia, ownVia } from '../../../../src/engine/transaction/top-via.ts'
import { AddressWatch } from '../../../../src/engine/transport/address-watch.ts'
import { advertisedHostOf } from '../../../../src/engine/transport/advertised-host.ts'
import { OpenPoint } from '../../../../src/engine/transport/open-point.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'

const loopback = entry('127.0.0.1', true)

function entry(address: string, internal = false): NetworkInterfaceInfo {
  return {
    ...{ address, internal, family: 'IPv4', netmask: '255.255.255.0', mac: '00:00:00:00:00:00' },
    cidr: `${address}/24`,
  }
}

function machine(...addresses: readonly string[]) {
  return () => ({ lo: [loopback], eth0: addresses.map((address) => entry(address)) })
}

const everywhere = { address: '0.0.0.0' }

describe('the own address that others are told', () => {
  it('is what the config says, or the address that is listened on', () => {
    const given = { address: '0.0.0.0', advertisedHost: '198.51.100.7' }
    expect(advertisedHostOf(given, undefined, machine('192.0.2.1'))).toBe('198.51.100.7')
    expect(advertisedHostOf({ address: '192.0.2.9' }, undefined, machine('192.0.2.1'))).toBe('192.0.2.9')
  })

  it('is loopback while there is no network, then the first other one', () => {
    expect(advertisedHostOf(everywhere, undefined, machine())).toBe('127.0.0.1')
    expect(advertisedHostOf(everywhere, '127.0.0.1', machine('169.254.3.4', '192.0.2.1'))).toBe('192.0.2.1')
  })

  it('stays as long as the machine has it, and while the network is away', () => {
    expect(advertisedHostOf(everywhere, '192.0.2.2', machine('192.0.2.1', '192.0.2.2'))).toBe('192.0.2.2')
    expect(advertisedHostOf(everywhere, '192.0.2.2', machine())).toBe('192.0.2.2')
    expect(advertisedHostOf(everywhere, '192.0.2.2', machine('192.0.2.1'))).toBe('192.0.2.1')
  })

  it('is looked at when the box starts and every two seconds, and a change told once', async () => {
    const clock = new FakeClock()
    let interfaces = machine()
    let changes = 0
    const watch = new AddressWatch(
      clock,
      () => changes++,
      () => interfaces(),
    )
    await watch.start()
    clock.advance(10_000)
    expect(changes).toBe(1)
    interfaces = machine('192.0.2.1')
    clock.advance(2_000)
    clock.advance(2_000)
    expect(changes).toBe(2)
    await watch.stop()
    expect(clock.pendingTimers).toBe(0)
  })

  it('is the one in the Via from then on, and the one by which the engine is meant', () => {
    const point = {
      transport: 'udp' as const,
      address: '192.0.2.1',
      port: 5060,
      advertisedPort: 5060,
      advertisedHost: 'a',
    }
    const names = new OwnNames([point])
    expect(ownVia(point, 'z9hG4bK1')).toContain('SIP/2.0/UDP a:5060;')
    point.advertisedHost = 'b'
    names.readdress()
    expect(ownVia(point, 'z9hG4bK2')).toContain('SIP/2.0/UDP b:5060;')
    expect([names.hasPlace('a', 5060), names.hasPlace('b', 5060)]).toEqual([false, true])
  })

  it('is still known when an INVITE that named it is answered later', () => {
    let interfaces = machine('192.0.2.1')
    const spec = { transport: 'udp' as const, address: '0.0.0.0', port: 5060 }
    const point = new OpenPoint(spec, 5060, () => interfaces())
    const via = new Via('UDP', '192.0.2.1', undefined)
    for (const address of ['192.0.2.2', '192.0.2.3']) {
      interfaces = machine(address)
      point.readdress()
      expect([point.advertisedHost, isOwnVia(via, [point])]).toEqual([address, true])
    }
    expect(isOwnVia(new Via('UDP', '192.0.2.9', undefined), [point])).toBe(false)
  })
})
