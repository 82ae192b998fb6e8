import { expect, test } from 'vitest'
import type { SipSource } from '../../../src/domain/sip.ts'
import { urgentCalls } from '../../../src/gateway/urgent-calls.ts'
import { FakeInvite } from '../../support/fake-sip-stack.ts'
import { fakeSite, ownPeer } from '../routing/fake-site.ts'

const from = (address: string, port = 5060): SipSource => ({ transport: 'udp', address, port })
const isUrgent = urgentCalls({
  admission: {
    neighbourhood: {
      peerOfLink: (port) => (port === 4999 ? 'bbb.peer.town.example' : undefined),
      pbxOf: ({ address }) => (address === '192.0.2.50' ? 'main' : undefined),
      trunkOf: ({ address }) => (address === '192.0.2.60' ? 'carrier' : undefined),
      homeDomain: ({ domain }) => (domain === 'site-a.example' ? domain : undefined),
      isPbxDomain: () => false,
      userAt: () => undefined,
    },
    isEmergencyOf: (claimed, { uri }) => claimed?.user !== '209' && uri.includes('112'),
  },
  site: fakeSite({ pbxState: 'normal' }),
  calledUri: (_, { uri }) => uri.replace('sip:', 'tel:').replace(/@.*/, ''),
  isCallback: ({ requestUri }) => requestUri === 'tel:+49301234500',
})

test.each([
  ['a phone that calls for help', from('192.0.2.7'), '201', 'sip:112@site-a.example', true],
  ['a phone that calls anybody else', from('192.0.2.7'), '201', 'sip:202@site-a.example', false],
  ['a phone from where it may not', from('203.0.113.7'), '209', 'sip:112@site-a.example', false],
  ['a PBX on which somebody calls for help', from('192.0.2.50'), '300', 'sip:112@192.0.2.1', true],
  ['a PBX that knows another context', from('192.0.2.50'), '300', 'tel:112;phone-context=far.example', true],
  ['a PBX on which somebody calls anybody else', from('192.0.2.50'), '300', 'sip:201@192.0.2.1', false],
  ['a box that needs an emergency line', from('127.0.0.1', 4999), 'x', `sip:112@${ownPeer}`, true],
  ['a box that needs any other line', from('127.0.0.1', 4999), 'x', `sip:+4930123@${ownPeer}`, false],
  ['rescuers who call back', from('192.0.2.60'), '112', 'sip:+49301234500@192.0.2.1', true],
  ['anybody else who calls in', from('192.0.2.60'), '0900', 'sip:+49301234501@192.0.2.1', false],
])('%s', (_, source, user, uri, expected) => {
  const headers = { from: `<sip:${user}@site-a.example>;tag=1` }
  expect(isUrgent(new FakeInvite('INVITE', { source, uri, headers }))).toBe(expected)
})

test('a stranger who calls for help', () => {
  const headers = { from: '<sip:x@far.example>;tag=1' }
  expect(
    isUrgent(new FakeInvite('INVITE', { source: from('192.168.1.7'), uri: 'sip:112@192.0.2.1', headers })),
  ).toBe(true)
})
