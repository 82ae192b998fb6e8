import type { NetworkInterfaceInfo } from 'node:os'
import { expect, it } from 'vitest'
import { OwnHosts } from '../../../src/gateway/own-hosts.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'

it('the hosts of a box that listens everywhere are the machine’s, asked of the kernel every two seconds at most', () => {
  const clock = new FakeClock()
  let address = '192.0.2.1'
  let asked = 0
  const hosts = new OwnHosts([{ transport: 'udp', address: '0.0.0.0', port: 5060 }], clock, () => {
    asked++
    return { eth0: [{ address, family: 'IPv4' } as NetworkInterfaceInfo] }
  })
  for (let message = 0; message < 100; message++) expect(hosts.has('192.0.2.1', undefined)).toBe(true)
  expect([hosts.hosts, asked]).toEqual([['192.0.2.1'], 1])
  address = '192.0.2.2'
  clock.advance(2_000)
  expect([hosts.hosts, asked]).toEqual([['192.0.2.2'], 2])
})

it('a host is meant however its letters are written', () => {
  const listen = {
    transport: 'udp' as const,
    address: '2001:DB8::1',
    advertisedHost: 'Box.Example.ORG',
    port: 5060,
  }
  const hosts = new OwnHosts([listen], new FakeClock())
  expect(hosts.hosts).toEqual(['[2001:db8::1]', 'box.example.org'])
  expect(hosts.has('[2001:Db8::1]', undefined)).toBe(true)
})
