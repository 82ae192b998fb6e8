import { expect, it } from 'vitest'
import { aor } from '../../../src/domain/aor.ts'
import type { CallQuestion, RouteTarget } from '../../../src/domain/route.ts'
import { OverlayLegs } from '../../../src/edge/legs/overlay-legs.ts'

const links = {
  linkTo: async () => ({ address: '127.0.0.1', port: 4999 }),
  ownNameFor: () => 'own.peer.town.example',
}
const bert = aor('bert', 'b.example')
const legs = new OverlayLegs(
  links,
  { displayNameOf: () => undefined },
  { callerIdOf: (user) => (user === bert ? '+498912345' : undefined), withholdsNumber: () => false },
)
const byBert: CallQuestion = {
  callId: 'call',
  source: 'phone',
  sourceLabel: 'sip:bert@b.example',
  caller: bert,
  callerIsAuthenticated: true,
  from: 'sip:bert@b.example',
  requestUri: 'sip:030123@b.example',
  at: 0,
}
const line: RouteTarget = {
  path: 'overlay',
  uri: 'sip:+4930123@a.peer.town.example;user=phone',
  proxy: undefined,
  label: 'a.peer.town.example',
  group: 0,
  callerMustBeAuthenticated: true,
  outsideNumber: '+4930123',
  why: '',
}

async function headersOf(question: Partial<CallQuestion>, target: RouteTarget = line) {
  return (await legs.prepare(target, { ...byBert, ...question }, undefined)).headers
}

it("a call through another box's trunk says whose number it is, and whether it may be shown", async () => {
  const asserted = { 'P-Asserted-Identity': '<sip:+498912345@b.example;user=phone>' }
  expect(await headersOf({})).toEqual(asserted)
  expect(await headersOf({ withholdsNumber: true })).toEqual({ ...asserted, Privacy: 'id' })
})

it('nothing is vouched for of a caller who has not proven himself, or towards a user', async () => {
  expect(await headersOf({ callerIsAuthenticated: false })).toEqual({})
  const { outsideNumber: _, ...user } = line
  expect(await headersOf({}, user)).toEqual({})
})
