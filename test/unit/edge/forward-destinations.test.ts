import { expect, test } from 'vitest'
import { forwardDestinations } from '../../../src/edge/hunt/forward-destinations.ts'
import { target } from './an-edge.ts'

const trunks = { servesHost: (host: string) => host === 'provider.example' }

test.each([
  [
    'phones that ring together',
    [target(), target({ uri: 'sip:b@192.0.2.9' })],
    ['sip:202@192.0.2.8:5062', 'sip:b@192.0.2.9'],
  ],
  [
    'a phone behind NAT, at the address it spoke from',
    [target({ uri: 'sip:202@10.0.0.5:5062;ob', proxy: 'sip:203.0.113.5:1024;transport=udp;ob' })],
    ['sip:202@203.0.113.5:1024;transport=udp;ob'],
  ],
  ['a trunk', [target({ path: 'trunk' })], undefined],
  ['phones one after the other', [target(), target({ group: 1 })], undefined],
  ['the members of a group', [target({ memberOf: 'all' })], undefined],
  ['a caller who must prove itself first', [target({ callerMustBeAuthenticated: true })], undefined],
  ['a phone behind a proxy of its own', [target({ proxy: '<sip:edge.example;lr>' })], undefined],
  ['a phone that leads to a provider', [target({ uri: 'sip:+4930@provider.example' })], undefined],
  ['nobody', [], undefined],
])('forwards to %s', (_, targets, expected) => {
  expect(forwardDestinations({ callerIsAuthenticated: false }, targets, trunks)).toEqual(expected)
})

test('forwards the call of a phone that has proven itself', () => {
  const checked = [target({ callerMustBeAuthenticated: true })]
  expect(forwardDestinations({ callerIsAuthenticated: true }, checked, trunks)).toEqual([
    'sip:202@192.0.2.8:5062',
  ])
})
