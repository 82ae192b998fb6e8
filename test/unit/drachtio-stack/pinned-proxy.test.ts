import { expect, it } from 'vitest'
import type { SipTransport } from '../../../src/domain/sip.ts'
import { pinnedProxy } from '../../../src/drivers/drachtio/pinned-proxy.ts'

const uri = 'sip:+4930@carrier.example'

it.each<[string, string | undefined, SipTransport, string, string | undefined]>([
  ['a name', undefined, 'udp', '192.0.2.7', 'sip:192.0.2.7:5060;transport=udp'],
  ['the name of a proxy', 'sip:sbc.example', 'tcp', '2001:db8::7', 'sip:[2001:db8::7]:5060;transport=tcp'],
  [
    'a name with a certificate',
    undefined,
    'tls',
    '192.0.2.7',
    'sip:carrier.example:5060;transport=tls;maddr=192.0.2.7',
  ],
  ['an address', 'sip:192.0.2.9;transport=tcp', 'tcp', '192.0.2.9', 'sip:192.0.2.9;transport=tcp'],
  ['an IPv6 address', 'sip:[2001:db8::9]', 'udp', '2001:db8::9', 'sip:[2001:db8::9]'],
  [
    'an address for a name',
    'sip:c.example;transport=tls;maddr=192.0.2.9',
    'tls',
    '192.0.2.9',
    'sip:c.example;transport=tls;maddr=192.0.2.9',
  ],
  ['nobody', undefined, 'udp', '', undefined],
])('the answer to a challenge by %s goes to who made it', (_who, proxy, transport, address, expected) => {
  expect(pinnedProxy({ proxy, uri }, { transport, address, port: 5060 })).toBe(expected)
})
