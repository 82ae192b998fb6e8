import { describe, expect, test } from 'vitest'
import type { SessionTimerPolicy } from '../../../src/domain/leg-policy.ts'
import {
  agreedSessionTimer,
  askedSessionTimer,
  refusedSessionTimer,
} from '../../../src/edge/legs/session-timer.ts'
import { FakeRequest } from '../../support/fake-request.ts'

const policy: SessionTimerPolicy = { expiresSeconds: 1_800, minSeconds: 120, refresher: 'any' }
const invite = (headers: Record<string, string>) => new FakeRequest('INVITE', { headers })
const timer = { Supported: 'replaces, timer' }

test.each([
  ['box', '1800;refresher=uac'],
  ['far-end', '1800;refresher=uas'],
  ['any', '1800'],
] as const)('an INVITE to a trunk where %s refreshes asks for %s', (refresher, value) => {
  expect(askedSessionTimer({ ...policy, refresher })).toEqual({ 'Session-Expires': value, 'Min-SE': '120' })
})

test('a policy whose shortest session is longer than what it asks for asks for the shortest', () => {
  const asked = askedSessionTimer({ ...policy, expiresSeconds: 90 })
  expect(asked['Session-Expires']).toBe('120')
})

describe('an INVITE from a trunk', () => {
  test.each([
    [
      'that asks for less than the policy lets it',
      { ...timer, 'Session-Expires': '90' },
      { 'Min-SE': '120' },
    ],
    ['that asks for enough', { ...timer, 'Session-Expires': '120' }, undefined],
    ['whose proxy asks for less', { 'Session-Expires': '90' }, undefined],
    ['that asks for nothing', {}, undefined],
  ])('%s', (_, headers, expected) => expect(refusedSessionTimer(invite(headers), policy)).toEqual(expected))

  // RFC 4028 §9, table 2
  test.each([
    ['without timers, where nobody wants one', {}, undefined, {}],
    ['without timers is refreshed by the box', {}, policy, { 'Session-Expires': '1800;refresher=uas' }],
    [
      'with timers refreshes itself',
      timer,
      policy,
      { 'Session-Expires': '1800;refresher=uac', Require: 'timer' },
    ],
    [
      'with timers is refreshed by the box that wants to',
      timer,
      { ...policy, refresher: 'box' },
      { 'Session-Expires': '1800;refresher=uas' },
    ],
    [
      'that names the refresher is obeyed',
      { ...timer, 'Session-Expires': '600;refresher=uac' },
      { ...policy, refresher: 'box' },
      { 'Session-Expires': '600;refresher=uac', Require: 'timer' },
    ],
    [
      'through a proxy that wants a timer',
      { 'Session-Expires': '600' },
      undefined,
      { 'Session-Expires': '600;refresher=uas' },
    ],
    [
      'that cannot do with so little',
      { ...timer, 'Session-Expires': '7200', 'Min-SE': '3600' },
      policy,
      { 'Session-Expires': '3600;refresher=uac', Require: 'timer' },
    ],
  ] as const)('%s', (_, headers, rule, expected) => {
    expect(agreedSessionTimer(invite(headers), rule)).toEqual(expected)
  })
})
