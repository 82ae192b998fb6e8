import { expect, it, test } from 'vitest'
import { aor } from '../../../src/domain/aor.ts'
import type { CallQuestion } from '../../../src/domain/route.ts'
import { callbackNumberOf } from '../../../src/emergency/callback-number.ts'
import { Callbacks } from '../../../src/emergency/callbacks.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'

it('rescuers may call back for half an hour', () => {
  const clock = new FakeClock()
  const callbacks = new Callbacks(clock)
  callbacks.expect('+49301234500', 'sip:201@site-a.example')
  clock.advance(30 * 60_000 - 1)
  expect(callbacks.callerAt('+49301234500')).toBe('sip:201@site-a.example')
  expect(callbacks.callerAt('+49301234501')).toBeUndefined()
  clock.advance(1)
  expect(callbacks.callerAt('+49301234500')).toBeUndefined()
})

const question = (source: CallQuestion['source']): CallQuestion => ({
  callId: 'c',
  source,
  sourceLabel: '',
  caller: aor('201', 'site-a.example'),
  callerIsAuthenticated: false,
  from: 'sip:anonymous@anonymous.invalid',
  requestUri: 'sip:112@site-a.example',
  at: 0,
})

test.each([
  ["the caller's own number", 'phone', '+1', '+2', '+1'],
  ['else that of the site', 'phone', undefined, '+2', '+2'],
  ['else that of the trunk', 'phone', undefined, undefined, '+3'],
  ['for callers of other boxes what the trunk shows for them', 'overlay', undefined, '+2', '+4'],
] as const)('rescuers see %s', (_, source, own, ofSite, expected) => {
  const ofTrunk = () => ({ callerId: '+3', overlayCallerId: '+4' })
  const numbers = { ownNumberOf: () => own, ofSite, ofTrunk }
  expect(callbackNumberOf(question(source), 'carrier', numbers)).toBe(expected)
})
