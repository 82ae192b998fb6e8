import { afterAll, beforeAll, expect, test } from 'vitest'
import { DnsHopResolver } from '../../src/drivers/dns/dns-hop-resolver.ts'
import { KnotServer } from '../support/knot-server.ts'

const knot = new KnotServer({
  zones: {
    'example.org': `
example.org. 60 SOA ns.example.org. root.example.org. 1 3600 600 86400 30
example.org. 60 NS ns.example.org.
ns.example.org. 60 A 127.0.0.1
example.org. 60 NAPTR 20 10 "s" "SIP+D2U" "" _sip._udp.example.org.
example.org. 60 NAPTR 10 10 "s" "SIP+D2T" "" _sip._tcp.example.org.
_sip._tcp.example.org. 60 SRV 10 5 5070 one.example.org.
_sip._udp.example.org. 60 SRV 10 5 5060 alias.example.org.
one.example.org. 60 A 127.0.0.11
one.example.org. 60 AAAA ::11
alias.example.org. 60 CNAME one.example.org.
many.example.org. 60 NAPTR 1 1 "s" "SIP+D2U" "" _sip._udp.many.example.org.
${Array.from({ length: 60 }, (_, n) => `_sip._udp.many.example.org. 60 SRV ${n} 0 5060 host-with-a-rather-long-name-${n}.example.org.`).join('\n')}
${Array.from({ length: 60 }, (_, n) => `host-with-a-rather-long-name-${n}.example.org. 60 A 127.0.1.${n}`).join('\n')}
`,
  },
})

beforeAll(() => knot.start())
afterAll(() => knot.stop())

const resolver = () =>
  new DnsHopResolver({ servers: [knot.serverText], timeoutMs: 2_000, serveStaleSeconds: 60 })
const uri = { scheme: 'sip', host: 'example.org', port: undefined, transport: undefined } as const
const signal = AbortSignal.timeout(60_000)

test('Knot and the resolver agree on NAPTR, SRV, CNAME, A and AAAA', async () => {
  const found = await resolver().resolve(uri, signal)
  expect(found.map(({ transport, address, port }) => `${transport} ${address} ${port}`)).toEqual([
    'tcp ::11 5070',
    'tcp 127.0.0.11 5070',
    'udp ::11 5060',
    'udp 127.0.0.11 5060',
  ])
})

test('an answer too long for UDP comes over TCP', async () => {
  const found = await resolver().resolve({ ...uri, host: 'many.example.org' }, signal)
  expect(found[0]).toMatchObject({ address: '127.0.1.0' })
  expect(found).toHaveLength(16)
})

test('what Knot denies is remembered for the time that its SOA names', async () => {
  const one = resolver()
  await expect(one.resolve({ ...uri, host: 'no.example.org', port: 5060 }, signal)).rejects.toThrow(
    /no address/,
  )
  await knot.stop()
  await expect(one.resolve({ ...uri, host: 'no.example.org', port: 5060 }, signal)).rejects.toThrow(
    /no address/,
  )
})
