import { expect, it } from 'vitest'
import { targetAttempt } from '../../../src/edge/hunt/target-attempt.ts'
import { fakeResponse } from '../../support/fake-response.ts'
import { target } from './an-edge.ts'

it('says what was tried, and the cause that the far end gave', () => {
  const rate = { perMinute: 100, setup: 0, stepSeconds: 60 }
  const carrier = target({
    path: 'trunk',
    label: 'carrier',
    uri: 'sip:+4930@carrier.test',
    outsideNumber: '+4930',
    rate,
  })
  const response = fakeResponse(480, { headers: { Reason: 'Q.850;cause=1;text="Unallocated"' } })
  expect(targetAttempt({ target: carrier, tookMs: 12, response }, 480, 'Gone')).toEqual({
    path: 'trunk',
    target: 'carrier',
    uri: 'sip:+4930@carrier.test',
    status: 480,
    q850: 1,
    reason: 'Gone',
    tookMs: 12,
    outsideNumber: '+4930',
    rate,
  })
})

it('takes the cause that the status stands for when the far end gave none; an answer has none', () => {
  const tried = { target: target(), tookMs: 12 }
  expect(targetAttempt({ ...tried, response: undefined }, 486, 'Busy Here').q850).toBe(17)
  expect(targetAttempt(tried, 200, 'OK')).not.toHaveProperty('q850')
})
