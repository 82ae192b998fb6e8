import { expect, test } from 'vitest'
import { nextHosts } from '../../../src/domain/next-hosts.ts'

test.each([
  ['sip:201@Far.example', ['far.example:']],
  ['sips:201@far.example:5071;transport=tcp', ['far.example:5071']],
  ['<sip:far.example;lr;maddr=192.0.2.1>', ['far.example:', '192.0.2.1:']],
  ['sip:x@far.example:5070;MADDR=[2001:db8::1]', ['far.example:5070', '[2001:db8::1]:5070']],
  ['sip:x@far.example;maddr=192.0.2.1;maddr=192.0.2.2', ['far.example:', '192.0.2.1:', '192.0.2.2:']],
])('%s may be sent to %o', (uri, hosts) => {
  expect(nextHosts(uri)?.map(({ host, port = '' }) => `${host}:${port}`)).toEqual(hosts)
})

test.each(['tel:+4930', 'urn:service:sos', 'sip:%zz@far.example'])('nobody knows where %s leads', (uri) => {
  expect(nextHosts(uri)).toBeUndefined()
})
