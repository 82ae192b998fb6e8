import { afterEach, beforeEach, expect, test } from 'vitest'
import { DnsHopResolver } from '../../../src/drivers/dns/dns-hop-resolver.ts'
import { HostsFile } from '../../../src/drivers/dns/hosts-file.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { TinyNameServer } from '../../support/tiny-name-server.ts'

const zone = `
example.org.             60 SOA   ns.example.org. root.example.org. 1 3600 600 86400 30
example.org.             60 NAPTR 10 10 "s" "SIP+D2T" "" _sip._tcp.example.org.
_sip._tcp.example.org.   60 SRV   10 0 5070 one.example.org.
_sip._tcp.example.org.   60 SRV   20 0 5071 alias.example.org.
one.example.org.         60 A     127.0.0.11
alias.example.org.       60 CNAME two.example.org.
two.example.org.         60 AAAA  ::2
two.example.org.         60 A     127.0.0.12
far.example.org.         60 CNAME elsewhere.example.net.
example.net.             60 SOA   ns.example.net. root.example.net. 1 3600 600 86400 30
elsewhere.example.net.   60 A     127.0.0.13
`
const uri = { scheme: 'sip', host: 'example.org', port: undefined, transport: undefined } as const
const hops = [
  { transport: 'tcp', address: '127.0.0.11', port: 5070, host: 'example.org' },
  { transport: 'tcp', address: '::2', port: 5071, host: 'example.org' },
  { transport: 'tcp', address: '127.0.0.12', port: 5071, host: 'example.org' },
]

let server: TinyNameServer
beforeEach(async () => {
  server = new TinyNameServer(zone)
  await server.start()
})
afterEach(() => server.stop())

const never = () => new AbortController().signal
const resolverOf = (servers: readonly string[], timeoutMs = 5_000) =>
  new DnsHopResolver({ servers, timeoutMs, serveStaleSeconds: 60, hostsFile: new HostsFile('') })

test('finds hops by NAPTR, SRV, CNAME and both address types, then answers from memory', async () => {
  const resolver = resolverOf([server.serverText])
  expect(await resolver.resolve(uri, never())).toEqual(hops)
  expect(resolver.resolve({ ...uri, host: 'EXAMPLE.org.' }, never())).not.toBeInstanceOf(Promise)
})

test('a numeric host is answered at once and asks nobody', () => {
  const resolver = resolverOf(['127.0.0.1:1'])
  expect(resolver.resolve({ ...uri, host: '192.0.2.1' }, never())).toEqual([
    { transport: 'udp', address: '192.0.2.1', port: 5060, host: '192.0.2.1' },
  ])
})

test('follows a CNAME out of the zone that was asked', async () => {
  const found = await resolverOf([server.serverText]).resolve(
    { ...uri, host: 'far.example.org', port: 5060 },
    never(),
  )
  expect(found).toMatchObject([{ address: '127.0.0.13' }])
})

test('a truncated reply is asked again over TCP', async () => {
  server.truncates = true
  expect(await resolverOf([server.serverText]).resolve(uri, never())).toEqual(hops)
})

test('a server that refuses, one that is not there, and a silent one are passed over', async () => {
  const stranger = new TinyNameServer('x. 60 SOA ns.x. root.x. 1 3600 600 86400 30')
  const silent = new TinyNameServer(zone)
  await Promise.all([stranger.start(), silent.start()])
  silent.isSilent = true
  const servers = [stranger.serverText, '127.0.0.1:1', silent.serverText, server.serverText]
  try {
    expect(await resolverOf(servers, 60).resolve(uri, never())).toEqual(hops)
    // The silent one now rests: it is not waited for again.
    expect(await resolverOf(servers, 60).resolve({ ...uri, transport: 'tcp' }, never())).toEqual(hops)
  } finally {
    await Promise.all([stranger.stop(), silent.stop()])
  }
})

test('when every server is gone, what was known still leads', async () => {
  const clock = new FakeClock()
  const resolver = new DnsHopResolver({
    servers: [server.serverText],
    timeoutMs: 1_000,
    serveStaleSeconds: 60,
    clock,
    hostsFile: new HostsFile(''),
  })
  await resolver.resolve(uri, never())
  await server.stop()
  clock.advance(61_000)
  expect(await resolver.resolve(uri, never())).toEqual(hops)
})

test('a name that had no SRV records is called at its address while the servers are gone', async () => {
  const clock = new FakeClock()
  const settings = { servers: [server.serverText], timeoutMs: 1_000, serveStaleSeconds: 60, clock }
  const resolver = new DnsHopResolver({ ...settings, hostsFile: new HostsFile('') })
  const plain = { ...uri, host: 'one.example.org' }
  const found = await resolver.resolve(plain, never())
  await server.stop()
  clock.advance(61_000)
  expect(await resolver.resolve(plain, never())).toEqual(found)
  await expect(resolver.resolveAfresh(plain, never())).rejects.toThrow(/no name server answers.*SRV/)
})

test('says why a host cannot be found: no such name, or no server', async () => {
  await expect(
    resolverOf([server.serverText]).resolve({ ...uri, host: 'no.example.org' }, never()),
  ).rejects.toThrow(/no\.example\.org cannot be found: the DNS has no address/)
  await expect(resolverOf(['127.0.0.1:1']).resolve(uri, never())).rejects.toThrow(/no name server answers/)
})

test('a caller that gives up does not wait, and does not spoil it for others', async () => {
  const resolver = resolverOf([server.serverText])
  const caller = new AbortController()
  const impatient = resolver.resolve(uri, caller.signal)
  const patient = resolver.resolve(uri, never())
  caller.abort(new Error('caller hung up'))
  await expect(impatient).rejects.toThrow('caller hung up')
  expect(await patient).toEqual(hops)
})

test('a host name that the DNS cannot carry is a plain refusal', async () => {
  const host = `${'x'.repeat(70)}.example.org`
  await expect(resolverOf([server.serverText]).resolve({ ...uri, host }, never())).rejects.toThrow(
    /cannot be found/,
  )
})

test('an access list gets the addresses behind SRV and those of the name itself', async () => {
  server.replaceZone(`${zone}\nexample.org. 60 A 127.0.0.99`)
  const found = await resolverOf([server.serverText]).resolveAddresses('example.org', never())
  expect(found).toEqual(['127.0.0.11', '::2', '127.0.0.12', '127.0.0.99'])
})
