import { afterAll, beforeAll, it } from 'vitest'
import type { SipPhone } from '../../support/sip-phone.ts'
import { eventually } from '../../support/within.ts'
import { ADeadPbx, domain, passwordOf, talks } from './a-dead-pbx.ts'

let site: ADeadPbx
let anna: SipPhone
let guest: SipPhone

beforeAll(async () => {
  site = new ADeadPbx(['101', '105'])
  await site.begin([{ aor: `101@${domain}`, password: passwordOf('101') }], {
    pbx: { holdDownMs: 300, successesToReturn: 2 },
  })
  anna = await site.phone('101')
  guest = await site.phone('105')
  for (const phone of [anna, guest]) await phone.register()
}, 40_000)

afterAll(() => site.end())

const turns = (to: string): number =>
  site.log.lines.filter(({ sentence, fields }) => sentence === 'PBX state changed' && fields.to === to).length

it('a phone on grace is let in again when the PBX comes back and dies before it has gone home', async () => {
  await site.pbxDies()
  await guest.register()
  const returns = turns('normal')
  await site.pbx.start()
  await eventually(15_000, 'the return', () => turns('normal') > returns)
  const outages = turns('survival')
  await site.pbx.stop()
  await eventually(15_000, 'the second verdict', () => turns('survival') > outages)
  await anna.register()
  await guest.register()
  await talks(guest, '101')
  await talks(anna, '105')
}, 40_000)
