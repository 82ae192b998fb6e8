import { expect, it } from 'vitest'
import { RouteTable } from '../../../../src/engine/transport/route-table.ts'

const ipv4 = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
wan0\t00000000\t010071CB\t0003\t0\t0\t100\t00000000\t0\t0\t0
lte0\t00000000\t0100A8C0\t0003\t0\t0\t200\t00000000\t0\t0\t0
lan0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
vpn0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0
gone\t0002A8C0\t00000000\t0000\t0\t0\t0\t00FFFFFF\t0\t0\t0
`
const none = '00000000000000000000000000000000 00 00000000000000000000000000000000'
const ipv6 = `20010db8000000000000000000000000 20 ${none} 00000100 00000001 00000000 00000001     lan0
00000000000000000000000000000000 00 ${none} 00000400 00000003 00000000 00000003     wan0
00000000000000000000000000000000 00 ${none} ffffffff 00000001 00000000 00200200       lo
`

const table = new RouteTable((file) => (file.endsWith('ipv6_route') ? ipv6 : ipv4))

it.each([
  ['192.168.1.77', 'lan0'],
  ['10.200.3.4', 'vpn0'],
  ['203.0.113.5', 'wan0'],
  ['192.168.2.1', 'wan0'],
  ['2001:db8:5::1', 'lan0'],
  ['2a00:1450::1', 'wan0'],
])('what goes to %s leaves by %s', (address, device) => {
  expect(table.deviceTowards(address)).toBe(device)
})

it('without a table nothing is known', () => {
  expect(new RouteTable(() => '').deviceTowards('203.0.113.5')).toBeUndefined()
})
