import { afterAll, beforeAll, expect, test } from 'vitest'
import { installDebian } from '../../../appliance/debian/install-debian.ts'
import type { PassSheet } from '../../../src/survival/rehearsal/pass-sheet.ts'
import { labPrograms } from '../../support/lab-programs.ts'
import type { SipPhone } from '../../support/sip-phone.ts'
import { village } from '../overlay/overlay-box.ts'
import { Office } from './office.ts'

// The absence of a living Asterisk is rehearsed with real phones (baresip) and scripted ones. Then with two faults that
// somebody has planted.

const renewEveryMs = 1_000
/** After the beginning of a rehearsal of 12 s. */
const unpluggedAfterMs = 6_000
const office = new Office({
  extensions: ['201', '202', '203'],
  pbx: { holdDownMs: 2_000, phoneGroups: [{ name: 'sales', users: ['201', '202', '203'] }] },
  config: {
    survival: { farUser: `301@${village}` },
    numbering: {
      country: 'DE',
      areaCode: '30',
      emergencyTestNumber: '9112',
      dids: [{ numbers: ['+493012349999'], to: `299@${village}` }],
    },
  },
})
const renewing = new Map<SipPhone, NodeJS.Timeout>()

beforeAll(async () => {
  if (!installDebian(labPrograms, 'the lab')) throw new Error('the lab is not installed')
  await office.start()
  await office.farPhone('301')
  await office.baresip('201', 60)
  for (const user of ['202', '203']) keepRegistered(await office.phone(user))
}, 120_000)

afterAll(async () => {
  for (const phone of renewing.keys()) goSilent(phone)
  await office.stop()
}, 120_000)

/** As phones do, only more often, so that a rehearsal need not take minutes. */
function keepRegistered(phone: SipPhone): void {
  const renew = () => phone.register({ expires: 60 }).catch(() => undefined) // refused in between: it comes again
  renewing.set(phone, setInterval(renew, renewEveryMs))
}

function goSilent(phone: SipPhone): void {
  clearInterval(renewing.get(phone))
  renewing.delete(phone)
}

async function rehearse(...words: readonly string[]): Promise<PassSheet> {
  const order = ['survival', 'rehearse', '--for', '12s', '--return-within', '12s', '--json', ...words]
  const printed = await office.box.command(...order).catch((error: { stdout?: string }) => {
    // A rehearsal that finds a fault ends with 1.
    if (!error.stdout) throw error
    return error.stdout
  })
  const line = printed.split('\n').findLast((each) => each.startsWith('{'))
  return JSON.parse(line ?? '') as PassSheet
}

function faults({ results }: PassSheet): readonly string[] {
  return results
    .filter(({ outcome }) => outcome === 'fail')
    .map(({ check, subject, text }) => `${check} ${subject}: ${text}`)
}

test('it passes where everything works', async () => {
  const sheet = await rehearse('--user', '202', '--user', '203')
  expect(faults(sheet)).toEqual([])
  expect(sheet.conclusion).toBe('pass')
  expect((await office.pbx()).state).toBe('normal')
}, 180_000)

test('it finds a phone that does not come back, and a number without a target', async () => {
  const [first] = renewing.keys()
  if (!first) throw new Error('there is no phone')
  // It has come to the box by then; the way back it does not find.
  const unplugged = setTimeout(() => goSilent(first), unpluggedAfterMs)
  const sheet = await rehearse('--group', 'sales').finally(() => clearTimeout(unplugged))
  expect(sheet.conclusion).toBe('fail')
  const found = faults(sheet).join('\n')
  expect(found).toMatch(/^return 202: /m)
  expect(found).toMatch(/^direct number \+493012349999: /m)
}, 180_000)
