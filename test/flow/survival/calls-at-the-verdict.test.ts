import { afterEach, beforeEach, expect, it } from 'vitest'
import type { SipPhone } from '../../support/sip-phone.ts'
import { eventually } from '../../support/within.ts'
import { ADeadPbx, domain, passwordOf } from './a-dead-pbx.ts'

let site: ADeadPbx
let anna: SipPhone
let bert: SipPhone

beforeEach(async () => {
  const users = ['101', '102']
  site = new ADeadPbx(users, { isBackToBack: true })
  await site.begin(users.map((user) => ({ aor: `${user}@${domain}`, password: passwordOf(user) })))
  anna = await site.phone('101')
  bert = await site.phone('102', { answering: 'manual' })
  for (const phone of [anna, bert]) await phone.register()
}, 40_000)

afterEach(() => site.end())

it('a call that waits for a PBX which says nothing any more goes to the phone that the box knows', async () => {
  site.pbx.freeze()
  const call = await anna.call('102')
  const incoming = await bert.nextCall()
  incoming.answer()
  await call.answered()
  await call.hangUp()
  await site.verdict()
}, 40_000)

it('a call that rings at a PBX which dies rings on, and is answered, at the phone that the box knows', async () => {
  const call = await anna.call('102')
  const throughPbx = await bert.nextCall()
  throughPbx.ring()
  await eventually(20_000, 'the ring at the caller', () => call.statuses.includes(180))
  const dies = site.pbxDies()
  await throughPbx.ended() // of the PBX's call there is nobody left who could answer
  const incoming = await bert.nextCall()
  incoming.answer()
  await call.answered()
  // The PBX has asked her once; that it rang shows that she was right.
  expect(call.statuses.filter((status) => status >= 200)).toEqual([407, 200])
  await call.hangUp()
  await dies
}, 40_000)
