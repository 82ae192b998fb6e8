import { afterAll, beforeAll, expect, it } from 'vitest'
import type { OverlayView } from '../../../src/admin/overlay-view.ts'
import { overlayWords } from '../../support/overlay-words.ts'
import { CallRefused } from '../../support/sip/phone-call.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { type BoxConfig, TestBox } from '../../support/test-box.ts'
import { TinyPbx } from '../../support/tiny-pbx.ts'
import { eventually } from '../../support/within.ts'

const village = 'village.example'
const office = `office.${village}`
const passwordOf = (user: string) => `pw-${user}`

const pbx = new TinyPbx({ domain: office, realm: 'asterisk', users: { '101': 'pw-101', '105': 'pw-105' } })
const phones: SipPhone[] = []
let officeBox: TestBox
let inn: TestBox
let anna: SipPhone
let guest: SipPhone
let bert: SipPhone

function config(name: string, more: Partial<BoxConfig>): Partial<BoxConfig> {
  return {
    box: { name },
    sip: { domains: [village] },
    overlays: [{ domain: village, listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false, dns: false }],
    ...more,
  }
}

async function phone(aor: string, { server }: TestBox): Promise<SipPhone> {
  const made = new SipPhone({ aor, password: passwordOf(aor.split('@')[0] ?? ''), server })
  phones.push(made)
  await made.start()
  await made.register()
  return made
}

/** 200, or what the call was refused with. */
async function callTo(caller: SipPhone, called: string): Promise<number> {
  try {
    const call = await caller.call(called)
    await call.answered()
    await call.hangUp()
    return 200
  } catch (error) {
    if (error instanceof CallRefused) return error.status
    throw error
  }
}

beforeAll(async () => {
  await pbx.start()
  officeBox = new TestBox({
    config: config('office', {
      users: [{ aor: `101@${office}`, password: passwordOf('101'), aliases: ['11'] }],
      pbxs: [
        {
          ...{ name: 'main', server: pbx.hostPort, domain: office },
          ...{ optionsIntervalMs: 200, optionsTimeoutMs: 2_000, patienceMs: 300 },
        },
      ],
    }),
  })
  inn = new TestBox({
    config: config('inn', { users: [{ aor: `bert@${village}`, password: passwordOf('bert') }] }),
  })
  await overlayWords(officeBox, 'create', village)
  await officeBox.start()
  const { text } = await overlayWords(officeBox, 'invite')
  await overlayWords(inn, 'join', text.trim().split(/\s+/).at(-1) ?? '')
  await inn.start()
  await eventually(15_000, 'the boxes to see each other', async () => {
    const { overlays } = await inn.ask<{ overlays: OverlayView[] }>('/api/overlay')
    return overlays[0]?.peers.some(({ connected }) => connected)
  })
  bert = await phone(`bert@${village}`, inn)
  anna = await phone(`101@${office}`, officeBox)
  guest = await phone(`105@${office}`, officeBox)
  await pbx.stop()
  await eventually(15_000, 'the verdict', () =>
    officeBox.log.some((line) => line.includes('"to":"survival"')),
  )
}, 120_000)

afterAll(async () => {
  for (const each of phones) await each.stop()
  for (const box of [inn, officeBox]) await box?.stop()
  await pbx.stop()
})

it('users of a dead PBX are reached from another site, by the same names and short numbers', async () => {
  await eventually(
    10_000,
    'the call to be answered',
    async () => (await callTo(bert, `101@${office}`)) === 200,
    250,
  )
  await eventually(
    10_000,
    'the short number too',
    async () => (await callTo(bert, `11@${office}`)) === 200,
    250,
  )
}, 40_000)

it('and reach it, but for those who were let in without a password', async () => {
  expect(await callTo(anna, `bert@${village}`)).toBe(200)
  expect(await callTo(guest, `101@${office}`)).toBe(200)
  expect(await callTo(guest, `bert@${village}`)).toBe(403)
}, 40_000)

it('and a box that was killed lets in the same phones, on the same terms', async () => {
  await officeBox.kill()
  await officeBox.start()
  for (const each of [anna, guest]) await each.register()
  expect(await callTo(guest, `101@${office}`)).toBe(200)
  expect(await callTo(guest, '+49301234567')).toBe(403)
}, 60_000)
