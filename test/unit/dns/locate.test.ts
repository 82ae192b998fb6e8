import { expect, test } from 'vitest'
import type { Finding } from '../../../src/drivers/dns/cached-lookup.ts'
import type { DnsQuestion, DnsRecord } from '../../../src/drivers/dns/dns-record.ts'
import { HostNotFound, locate } from '../../../src/drivers/dns/locate.ts'
import type { HopQuery } from '../../../src/engine/transport/hop.ts'

type Zone = Record<string, readonly DnsRecord[]>

const a = (address: string): DnsRecord => ({ type: 'A', address })
const aaaa = (address: string): DnsRecord => ({ type: 'AAAA', address })
const srv = (priority: number, weight: number, port: number, target: string): DnsRecord => ({
  type: 'SRV',
  priority,
  weight,
  port,
  target,
})
const naptr = (order: number, preference: number, services: string, replacement: string): DnsRecord => ({
  type: 'NAPTR',
  order,
  preference,
  flags: 'S',
  services,
  regexp: '',
  replacement,
})

const full: Zone = {
  'NAPTR example.org': [
    naptr(20, 10, 'SIP+D2U', '_sip._udp.example.org'),
    naptr(10, 20, 'SIPS+D2T', '_sips._tcp.example.org'),
    naptr(10, 30, 'SIP+D2T', '_sip._tcp.example.org'),
    naptr(1, 1, 'E2U+SIP', 'elsewhere.example.org'),
  ],
  'SRV _sip._tcp.example.org': [srv(20, 0, 5070, 'two.example.org'), srv(10, 0, 5080, 'one.example.org')],
  'SRV _sip._udp.example.org': [srv(0, 0, 5060, 'one.example.org')],
  'SRV _sips._tcp.example.org': [srv(0, 0, 5061, 'one.example.org')],
  'A one.example.org': [a('192.0.2.1')],
  'A two.example.org': [a('192.0.2.2'), a('192.0.2.3')],
  'AAAA two.example.org': [aaaa('2001:db8::2')],
  'A example.org': [a('192.0.2.9')],
}

const rows: readonly [what: string, uri: Partial<HopQuery>, zone: Zone, hops: readonly string[]][] = [
  ['a numeric host needs no question', { host: '192.0.2.7' }, {}, ['udp 192.0.2.7 5060']],
  [
    'a numeric host with port and transport',
    { host: '::1', port: 5070, transport: 'tcp' },
    {},
    ['tcp ::1 5070'],
  ],
  ['sips on a numeric host is TLS', { host: '192.0.2.7', scheme: 'sips' }, {}, ['tls 192.0.2.7 5061']],
  [
    'sips with transport=tcp is TLS over TCP',
    { host: '192.0.2.7', scheme: 'sips', transport: 'tcp' },
    {},
    ['tls 192.0.2.7 5061'],
  ],
  ['a port means no SRV', { port: 5099 }, full, ['udp 192.0.2.9 5099']],
  ['a port and a transport', { port: 5099, transport: 'tcp' }, full, ['tcp 192.0.2.9 5099']],
  [
    'NAPTR by order and preference, transports we have, SRV by priority, both families',
    {},
    full,
    [
      'tcp 192.0.2.1 5080',
      'tcp 2001:db8::2 5070',
      'tcp 192.0.2.2 5070',
      'tcp 192.0.2.3 5070',
      'udp 192.0.2.1 5060',
    ],
  ],
  ['a transport parameter goes straight to its SRV', { transport: 'udp' }, full, ['udp 192.0.2.1 5060']],
  ['sips takes only TLS from NAPTR', { scheme: 'sips' }, full, ['tls 192.0.2.1 5061']],
  [
    'without NAPTR the SRV of each transport, ours preferred first',
    {},
    {
      'SRV _sip._tcp.example.org': [srv(0, 0, 5070, 'one.example.org')],
      'SRV _sip._udp.example.org': [srv(9, 0, 5060, 'one.example.org')],
      'A one.example.org': [a('192.0.2.1')],
    },
    ['udp 192.0.2.1 5060', 'tcp 192.0.2.1 5070'],
  ],
  [
    'without NAPTR and SRV the address, UDP and 5060',
    {},
    { 'A example.org': [a('192.0.2.9')] },
    ['udp 192.0.2.9 5060'],
  ],
  [
    'a transport without SRV falls to the address',
    { transport: 'tcp' },
    { 'A example.org': [a('192.0.2.9')] },
    ['tcp 192.0.2.9 5060'],
  ],
  [
    'an SRV target without address is passed over',
    {},
    {
      'SRV _sip._udp.example.org': [srv(1, 0, 1, 'gone.example.org'), srv(2, 0, 2, 'one.example.org')],
      'A one.example.org': [a('192.0.2.1')],
    },
    ['udp 192.0.2.1 2'],
  ],
]

test.each(rows)('%s', (_what, uri, zone, hops) => {
  const { found } = run(uri, zone)
  expect(found.map((hop) => `${hop.transport} ${hop.address} ${hop.port}`)).toEqual(hops)
  expect(found[0]?.host).toBe(uri.host ?? 'example.org')
})

const refusals: readonly [what: string, uri: Partial<HopQuery>, zone: Zone, message: RegExp][] = [
  ['nothing in the DNS', {}, {}, /no address/],
  ['an SRV target of the root', {}, { 'SRV _sip._udp.example.org': [srv(0, 0, 0, '')] }, /offers no SIP/],
  [
    'only transports we lack',
    {},
    { 'NAPTR example.org': [naptr(1, 1, 'SIPS+D2S', 'x')] },
    /offers SIPS\+D2S/,
  ],
]

test.each(refusals)('refuses: %s', (_what, uri, zone, message) => {
  expect(() => run(uri, zone)).toThrow(HostNotFound)
  expect(() => run(uri, zone)).toThrow(message)
})

test('sips without TLS on this box is refused', () => {
  const query = { scheme: 'sips', host: 'example.org', port: undefined, transport: undefined } as const
  const steps = locate(query, { transports: ['udp', 'tcp'], families: ['A'], random: () => 0 })
  expect(() => steps.next()).toThrow(/TLS/)
})

test('names a failed query only when nothing else leads anywhere', () => {
  const zone: Zone = { 'A example.org': [a('192.0.2.9')] }
  expect(run({}, zone, 'NAPTR').found).toHaveLength(1)
  expect(() => run({}, {}, 'AAAA')).toThrow(/server is away/)
})

test('a failed SRV question is not "no SRV": the addresses of the name are not tried', () => {
  const zone: Zone = { 'A example.org': [a('192.0.2.9')] }
  expect(() => run({}, zone, 'SRV')).toThrow(HostNotFound)
  expect(() => run({ transport: 'udp' }, zone, 'SRV')).toThrow(/server is away/)
  expect(run({ port: 5060 }, zone, 'SRV').found).toHaveLength(1)
})

test('of two SRV questions the one that was answered leads on', () => {
  const zone: Zone = {
    'SRV _sip._udp.example.org': [srv(0, 0, 5070, 'one.example.org')],
    'A one.example.org': [a('192.0.2.1')],
  }
  expect(run({}, zone, 'SRV _sip._tcp.example.org').found).toMatchObject([{ transport: 'udp', port: 5070 }])
})

test('asks for each SRV target once, and both families together', () => {
  const { asked } = run({}, full)
  expect(asked).toEqual([
    ['NAPTR example.org'],
    ['SRV _sip._tcp.example.org', 'SRV _sip._udp.example.org'],
    ['AAAA one.example.org', 'A one.example.org', 'AAAA two.example.org', 'A two.example.org'],
  ])
})

/** Runs the search against a zone. No server answers the question `failing`, or those of that type. */
function run(uri: Partial<HopQuery>, zone: Zone, failing?: string) {
  const query: HopQuery = {
    scheme: 'sip',
    host: 'example.org',
    port: undefined,
    transport: undefined,
    ...uri,
  }
  const transports = query.scheme === 'sips' ? (['udp', 'tcp', 'tls'] as const) : (['udp', 'tcp'] as const)
  const steps = locate(query, { transports, families: ['AAAA', 'A'], random: () => 0 })
  const asked: string[][] = []
  let step = steps.next([])
  while (!step.done) {
    asked.push(step.value.map(({ type, name }) => `${type} ${name}`))
    step = steps.next(step.value.map((question) => answer(question, zone, failing)))
  }
  return { found: step.value, asked }
}

function answer({ type, name }: DnsQuestion, zone: Zone, failing?: string): Finding {
  if (failing === type || failing === `${type} ${name}`)
    return { records: [], failure: new Error('the server is away') }
  return { records: zone[`${type} ${name}`] ?? [] }
}

test('an address that stands for a name is checked by that name', () => {
  const query = {
    scheme: 'sip',
    host: '192.0.2.7',
    name: 'example.org',
    port: 5061,
    transport: 'tls',
  } as const
  const steps = locate(query, { transports: ['tls'], families: ['A'], random: () => 0 })
  expect(steps.next([]).value).toEqual([
    { transport: 'tls', address: '192.0.2.7', port: 5061, host: 'example.org' },
  ])
})
