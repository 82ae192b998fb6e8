import { expect, test } from 'vitest'
import { settle } from '../../support/fake-network.ts'
import { account, carrier, hopAt, trunksOf } from './a-trunk.ts'

const here = {
  ...carrier,
  domain: 'Numbers.example',
  outboundProxy: 'edge.example:5080',
  acceptFrom: ['media.example', '198.51.100.7', '2001:DB8:0::7'],
}
const addresses = { 'edge.example': ['192.0.2.30'], 'media.example': ['192.0.2.40'] }

/** Whether a host is a provider's, once the names are found. */
async function serves(entry: Record<string, unknown>, host: string, port?: number): Promise<boolean> {
  const { trunks, names, hops } = trunksOf([entry])
  for (const [name, list] of Object.entries(addresses)) names.set(name, list)
  hops.set('carrier.example', [hopAt('192.0.2.99')])
  await trunks.start()
  await settle()
  try {
    return trunks.servesHost(host, port)
  } finally {
    await trunks.stop()
  }
}

test.each([
  ['its server', 'carrier.example'],
  ['its server at another port', 'carrier.example', 5090],
  ['its server with the root of the DNS', 'carrier.example.'],
  ['its domain', 'numbers.example'],
  ['its outbound proxy', 'edge.example', 5061],
  ['a name that calls come from', 'media.example'],
  ['an address of the server', '192.0.2.20', 5090],
  ['an address of the outbound proxy', '192.0.2.30'],
  ['an address of a name that calls come from', '192.0.2.40'],
  ['an address that calls come from', '198.51.100.7', 5070],
  ['an address of version 6', '[2001:db8::20]'],
  ['the same, written otherwise', '[2001:0DB8:0:0::20]'],
  ['an address that the operator has written otherwise', '[2001:db8::7]'],
  ['an address of version 4 as one of version 6', '[::ffff:192.0.2.20]'],
] as const)('a provider is known by %s', async (_, host, port?: number) => {
  expect(await serves(here, host, port)).toBe(true)
})

test.each([['far.example'], ['carrier.example.far.example'], ['192.0.2.21'], ['[2001:db8::21]']])(
  'and not by %s',
  async (host) => {
    expect(await serves(here, host)).toBe(false)
  },
)

test('a provider is known by the address where a trunk is registered', async () => {
  const registered = { ...carrier, ...account, register: true }
  expect(await serves(registered, '192.0.2.99', 5070)).toBe(true)
})

test.each([
  [5070, true],
  [5071, false],
  [undefined, false],
])('on loopback port %s of a provider at 5070 is one: %s', async (port, isOne) => {
  expect(await serves({ ...carrier, server: '127.0.0.1:5070' }, '127.0.0.1', port)).toBe(isOne)
  expect(await serves({ ...carrier, server: 'localhost:5070' }, 'localhost', port)).toBe(isOne)
})
