import { expect, test } from 'vitest'
import { redirectContacts } from '../../../src/edge/hunt/redirect-contacts.ts'
import { target } from './an-edge.ts'

const known = { source: 'phone', callerIsAuthenticated: true } as const
const unknown = { ...known, callerIsAuthenticated: false }

test('a phone is sent to phones that are where they say, the preferred ones first', () => {
  const targets = [
    target({ callerMustBeAuthenticated: true }),
    target({ uri: 'sip:b@192.0.2.9' }),
    target({ uri: 'sip:c@192.0.2.10', group: 1 }),
  ]
  expect(redirectContacts(known, targets)).toBe(
    '<sip:202@192.0.2.8:5062>;q=1.0, <sip:b@192.0.2.9>;q=1.0, <sip:c@192.0.2.10>;q=0.9',
  )
})

test.each([
  ['a trunk', [target(), target({ path: 'trunk' })]],
  ['a member of a group', [target({ memberOf: 'all' })]],
  ['a phone behind NAT', [target({ proxy: 'sip:203.0.113.5:1024;transport=udp;ob' })]],
  ['a caller who must prove itself first', [target({ callerMustBeAuthenticated: true })]],
  ['nobody', []],
])('not to %s', (_, targets) => {
  expect(redirectContacts(unknown, targets)).toBeUndefined()
})

test.each(['overlay', 'trunk', 'domain', 'pbx'] as const)('no caller from %s', (source) => {
  expect(redirectContacts({ ...known, source }, [target()])).toBeUndefined()
})
