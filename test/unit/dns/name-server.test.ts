import { expect, test } from 'vitest'
import { HostsFile } from '../../../src/drivers/dns/hosts-file.ts'
import { nameServersOf, parseNameServer } from '../../../src/drivers/dns/name-server.ts'

test.each([
  ['192.0.2.53', { address: '192.0.2.53', port: 53 }],
  ['127.0.0.1:5353', { address: '127.0.0.1', port: 5353 }],
  ['2001:db8::53', { address: '2001:db8::53', port: 53 }],
  ['[2001:db8::53]:5353', { address: '2001:db8::53', port: 5353 }],
])('reads %s', (text, server) => {
  expect(parseNameServer(text)).toEqual(server)
})

test.each(['ns.example.org', '192.0.2.53:0', '192.0.2.53:99999', '[::1', ''])('refuses "%s"', (text) => {
  expect(() => parseNameServer(text)).toThrow(/is no name server/)
})

test('reads resolv.conf, and takes the local server when it names none', () => {
  const text = '# by hand\nsearch example.org\nnameserver 192.0.2.1\n nameserver 2001:db8::1 # second\n'
  expect(nameServersOf(text).map(({ address }) => address)).toEqual(['192.0.2.1', '2001:db8::1'])
  expect(nameServersOf('search example.org')).toEqual([{ address: '127.0.0.1', port: 53 }])
})

test('the hosts file answers for its names, and has no SRV for them', () => {
  const hosts = new HostsFile('192.0.2.5 pbx.lan PBX # the old one\n2001:db8::5\tpbx\n')
  expect(hosts.find({ name: 'Pbx', type: 'A' })).toEqual([{ type: 'A', address: '192.0.2.5' }])
  expect(hosts.find({ name: 'pbx', type: 'AAAA' })).toEqual([{ type: 'AAAA', address: '2001:db8::5' }])
  expect(hosts.find({ name: '_sip._udp.pbx', type: 'SRV' })).toEqual([])
  expect(hosts.find({ name: 'localhost', type: 'A' })).toEqual([{ type: 'A', address: '127.0.0.1' }])
  expect(hosts.find({ name: 'example.org', type: 'A' })).toBeUndefined()
})
