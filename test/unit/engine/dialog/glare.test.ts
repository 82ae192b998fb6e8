import { expect, it } from 'vitest'
import { glareStatus } from '../../../../src/engine/dialog/glare.ts'

const quiet = { isOffering: false, hasUnansweredInvite: false, hasUnansweredUpdate: false }

it.each([
  ['INVITE', true, quiet, undefined],
  ['UPDATE', true, quiet, undefined],
  ['INVITE', true, { ...quiet, isOffering: true }, 491],
  ['INVITE', false, { ...quiet, isOffering: true }, 491],
  ['UPDATE', true, { ...quiet, isOffering: true }, 491],
  ['UPDATE', false, { ...quiet, isOffering: true }, undefined],
  ['INVITE', true, { ...quiet, hasUnansweredInvite: true }, 500],
  ['UPDATE', true, { ...quiet, hasUnansweredInvite: true }, 500],
  ['UPDATE', false, { ...quiet, hasUnansweredInvite: true }, undefined],
  ['UPDATE', false, { ...quiet, hasUnansweredUpdate: true }, 500],
  ['INVITE', true, { ...quiet, hasUnansweredUpdate: true }, 500],
  ['INVITE', true, { ...quiet, isOffering: true, hasUnansweredInvite: true }, 500],
] as const)('%s (offer: %s) while %j gets %s', (method, hasOffer, underWay, status) => {
  expect(glareStatus(method, hasOffer, underWay)).toBe(status)
})
