import type { NetworkInterfaceInfo } from 'node:os'
import { expect, it } from 'vitest'
import { reachableAddresses } from '../../../src/drivers/libp2p/reachable-addresses.ts'

const info = (address: string, family: 'IPv4' | 'IPv6', internal = false) =>
  ({ address, family, internal }) as NetworkInterfaceInfo

const interfaces = {
  lo: [info('127.0.0.1', 'IPv4', true), info('::1', 'IPv6', true)],
  eth0: [info('192.0.2.7', 'IPv4'), info('2001:db8::7', 'IPv6'), info('fe80::7', 'IPv6')],
  none: undefined,
}

it('a wildcard stands for every address that others can use', () => {
  expect(reachableAddresses(['/ip4/0.0.0.0/tcp/4160', '/ip6/::/tcp/4160'], interfaces)).toEqual([
    '/ip4/192.0.2.7/tcp/4160',
    '/ip6/2001:db8::7/tcp/4160',
  ])
})

it('a given address stays, and a port that is not known yet is left out', () => {
  expect(reachableAddresses(['/ip4/127.0.0.2/tcp/4160', '/ip4/192.0.2.7/tcp/0'], interfaces)).toEqual([
    '/ip4/127.0.0.2/tcp/4160',
  ])
})
