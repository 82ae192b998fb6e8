import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CallRefused } from '../../support/sip/phone-call.ts'
import type { SipPhone } from '../../support/sip-phone.ts'
import { eventually } from '../../support/within.ts'
import { ADeadPbx, domain, passwordOf, refusal, talks } from './a-dead-pbx.ts'

const graceSeconds = 5

let site: ADeadPbx
let anna: SipPhone
let guest: SipPhone

beforeAll(async () => {
  site = new ADeadPbx(['101', '105'])
  await site.begin([{ aor: `101@${domain}`, password: passwordOf('101') }], {
    survival: { graceMinutes: graceSeconds / 60 },
  })
  anna = await site.phone('101')
  guest = await site.phone('105')
  for (const phone of [anna, guest]) await phone.register()
  await site.pbxDies()
}, 40_000)

afterAll(() => site.end())

it('a grace ends when its time is over: registrations with it, and calls are refused in words', async () => {
  const granted = await guest.register({ expires: 60 })
  expect(Number(/expires=(\d+)/.exec(granted.values('contact')[0] ?? '')?.[1])).toBeLessThanOrEqual(
    graceSeconds,
  )
  await anna.register()
  await talks(guest, '101')
  await talks(anna, '105')

  const over = await eventually(15_000, 'the end of the grace', () =>
    guest.register().then(
      () => undefined,
      (error: CallRefused) => error,
    ),
  )
  expect([over.status, over.response?.reason]).toEqual([503, 'The PBX Is Gone And The Grace Is Over'])
  // Calls are let in up to the last moment; a registration is not worth less than a second.
  const refused = await eventually(20_000, 'calls to be refused', () =>
    refusal(guest, '101').catch(() => undefined),
  )
  expect(refused.status).toBe(403)
  expect(refused.response?.get('warning')).toContain('the time without a password is over')
  await eventually(
    5_000,
    'nobody to be called any more',
    async () => (await refusal(anna, '105')).status === 480,
  )
  await talks(anna, '101') // the others are none the wiser
}, 40_000)
