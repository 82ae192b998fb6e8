import { expect, it } from 'vitest'
import { isNoOffer } from '../../../src/edge/legs/body-type.ts'
import { FakeRequest } from '../../support/fake-request.ts'

it.each([
  ['application/sdp', 'v=0', false],
  ['Application/SDP;charset=utf-8', 'v=0', false],
  ['multipart/mixed;boundary=x', '--x', false],
  ['text/plain', 'hello', true],
  ['application/pidf+xml', '<presence/>', true],
  ['text/plain', '', false],
])('of %s, %j is no offer: %s', (type, body, verdict) => {
  expect(isNoOffer(new FakeRequest('INVITE', { headers: { 'Content-Type': type }, body }))).toBe(verdict)
})

it('takes a body without a type for what a phone means by it', () => {
  expect(isNoOffer(new FakeRequest('INVITE', { body: 'v=0' }))).toBe(false)
})
