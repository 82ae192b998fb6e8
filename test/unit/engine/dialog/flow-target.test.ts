import { expect, it } from 'vitest'
import { flowTargetFor } from '../../../../src/engine/dialog/flow-target.ts'
import type { Flow } from '../../../../src/engine/transport/flow.ts'

const flow = (transport: Flow['transport'], remoteAddress = '203.0.113.5'): Flow => ({
  id: 1,
  transport,
  localAddress: '192.0.2.1',
  localPort: 5060,
  remoteAddress,
  remotePort: 40_112,
  isOpen: true,
})

it.each([
  [
    'a browser',
    'sip:x7f@df7jal23ls0d.invalid;transport=ws',
    flow('wss'),
    'sip:203.0.113.5:40112;transport=wss;ob',
  ],
  ['a phone behind NAT', 'sip:bob@192.168.1.7:5060', flow('udp'), 'sip:203.0.113.5:40112;transport=udp;ob'],
  [
    'who asks for it',
    'sip:bob@203.0.113.5:40112;transport=tcp;ob',
    flow('tcp'),
    'sip:203.0.113.5:40112;transport=tcp;ob',
  ],
  [
    'a TLS phone',
    'sip:bob@203.0.113.5:5061;transport=tls',
    flow('tls'),
    'sip:203.0.113.5:40112;transport=tls;ob',
  ],
  [
    'a phone on IPv6',
    'sip:bob@[fd00::7]',
    flow('udp', '2001:db8::5'),
    'sip:[2001:db8::5]:40112;transport=udp;ob',
  ],
])('%s is reached by the flow', (_, contact, by, expected) => {
  expect(flowTargetFor(contact, by)).toBe(expected)
})

it.each([
  ['a server with another address for calls', 'sip:bob@203.0.113.9', flow('udp')],
  ['a server found by name', 'sip:pbx.example.com;transport=tls', flow('tls')],
  ['a neighbour on the same network', 'sip:bob@10.0.0.9', flow('udp', '10.0.0.5')],
  ['a TCP client that listens elsewhere', 'sip:bob@203.0.113.5:5060;transport=tcp', flow('tcp')],
  ['what is no SIP URI', 'tel:+4930123', flow('udp')],
])('%s is reached at its contact', (_, contact, by) => {
  expect(flowTargetFor(contact, by)).toBeUndefined()
})
