import { expect, test } from 'vitest'
import { aor } from '../../../src/domain/aor.ts'
import type { CallQuestion } from '../../../src/domain/route.ts'
import { PhoneLegs } from '../../../src/edge/legs/phone-legs.ts'
import { target } from './an-edge.ts'

const question: CallQuestion = {
  callId: 'c',
  source: 'phone',
  sourceLabel: '201@site-a.example',
  caller: aor('201', 'site-a.example'),
  callerIsAuthenticated: true,
  from: 'sip:201@site-a.example',
  requestUri: 'sip:202@site-a.example',
  at: 0,
}

const legsWith = (onPhone: (number: string) => string = (number) => number) =>
  new PhoneLegs({ displayNameOf: () => undefined }, { onPhone })

test.each([
  ['a flow keeps its transport', 'sip:192.0.2.7:50522;transport=tls', 'sip:192.0.2.7:50522;transport=tls'],
  ['a Path is taken out of its brackets', '<sip:edge.example;lr>;x=1', 'sip:edge.example;lr'],
  ['a phone that is where its contact says needs none', undefined, undefined],
])('%s', (_, proxy, expected) => {
  const legs = legsWith()
  expect(legs.prepare(target({ proxy }), question, undefined).proxy).toBe(expected)
})

test.each([
  ['sip:192.0.2.7:50522;transport=wss;ob', true],
  ['sip:192.0.2.7:50522;transport=ws', true],
  ['sip:192.0.2.7:50522;transport=tls;ob', false],
])('who is reached by %s is a browser: %s', (proxy, isBrowser) => {
  const legs = legsWith()
  expect(legs.prepare(target({ proxy }), question, undefined).isBrowser).toBe(isBrowser)
})

test.each([
  ['sip:+493022732152@carrier.example', '<sip:0030@carrier.example>'],
  ['sip:bob+4930@far.example', '<sip:bob+4930@far.example>'],
  ['sip:anonymous@anonymous.invalid', '<sip:anonymous@anonymous.invalid>'],
])('a number is shown as the site writes it: %s', (from, shown) => {
  const legs = legsWith((number) => (number === '+493022732152' ? '0030' : '?'))
  const caller = { ...question, source: 'trunk' as const, caller: undefined, from }
  expect(legs.prepare(target({}), caller, undefined).from).toBe(shown)
})
