import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type RunningBox, runBox } from '../../support/running-box.ts'
import { SipPhone, type SipPhoneOptions } from '../../support/sip-phone.ts'
import { site, users } from '../../support/site.ts'
import { eventually } from '../../support/within.ts'

let box: RunningBox
let phones: SipPhone[]

beforeEach(async () => {
  phones = []
  box = await runBox({ sip: { domains: [site] }, users: users('201', '202', '203') })
})
afterEach(async () => {
  await Promise.all(phones.map((phone) => phone.stop()))
  await box.stop()
})

async function phone(user: string, more: Partial<SipPhoneOptions> = {}): Promise<SipPhone> {
  const made = new SipPhone({
    aor: `${user}@${site}`,
    password: `secret-${user}`,
    server: box.server,
    ...more,
  })
  phones.push(made)
  await made.start()
  await made.register()
  return made
}

/** 201 talks to 202. */
async function talking() {
  const anna = await phone('201')
  const bert = await phone('202')
  const calling = await anna.call('202')
  await calling.answered()
  const called = await bert.nextCall()
  await called.acknowledged()
  return { anna, bert, calling, called }
}

describe('a call between two phones', () => {
  test('without offer: the offer of the called phone and the answer in the ACK go through', async () => {
    const anna = await phone('201')
    const bert = await phone('202')
    const calling = await anna.call('202', { isOfferless: true })
    await calling.answered()
    const called = await bert.nextCall()
    await called.acknowledged()
    expect(called.remoteSdp).toContain('m=audio')
    expect(calling.remoteSdp).toContain('m=audio')
    await calling.hangUp()
    await called.ended()
  })

  test('with early media: 183 and its SDP reach the caller', async () => {
    const anna = await phone('201')
    const bert = await phone('202', { answering: 'manual' })
    const calling = await anna.call('202')
    const called = await bert.nextCall()
    called.progress()
    await calling.progressed(183)
    expect(calling.remoteSdp).toContain('m=audio')
    called.answer()
    await calling.answered()
    await called.hangUp()
    expect(await calling.ended()).toBe('far-end')
  })

  test('rings both phones of a user; the one that is slower stops ringing', async () => {
    const anna = await phone('201')
    const desk = await phone('202', { answering: 'manual' })
    const mobile = await phone('202', { answering: 'manual' })
    const calling = await anna.call('202')
    const [onDesk, onMobile] = await Promise.all([desk.nextCall(), mobile.nextCall()])
    onDesk.ring()
    onMobile.ring()
    onMobile.answer()
    await calling.answered()
    await expect(onDesk.answered()).rejects.toMatchObject({ status: 487 })
    await calling.hangUp()
  })

  test.each(['INVITE', 'UPDATE'] as const)('is held and resumed by %s from either side', async (method) => {
    const { calling, called } = await talking()
    expect((await calling.reInvite('sendonly', method)).status).toBe(200)
    expect(called.remoteSdp).toContain('sendonly')
    expect((await called.reInvite('sendrecv', method)).status).toBe(200)
    expect(calling.remoteSdp).toContain('sendrecv')
    await calling.hangUp()
  })

  test('carries INFO', async () => {
    const { calling, called } = await talking()
    const response = await calling.send('INFO', { body: 'Signal=5', type: 'application/dtmf-relay' })
    expect(response.status).toBe(200)
    expect(called.received.at(-1)?.body.toString()).toBe('Signal=5')
    await calling.hangUp()
  })

  test('ends on both sides when the box is stopped', async () => {
    const { calling, called } = await talking()
    void box.stop()
    expect(await Promise.all([calling.ended(), called.ended()])).toEqual(['far-end', 'far-end'])
  })
})

describe('a transfer', () => {
  test('to a third phone: the box calls it and joins it with the one who remains', async () => {
    const carla = await phone('203')
    const { calling, called } = await talking()
    const refer = await calling.send('REFER', { headers: { 'Refer-To': `<sip:203@${site}>` } })
    expect(refer.status).toBe(202)
    const third = await carla.nextCall()
    await third.acknowledged()
    expect(await calling.ended()).toBe('far-end')
    const notices = calling.received.filter(({ method }) => method === 'NOTIFY')
    expect(notices.at(-1)?.body.toString()).toMatch(/^SIP\/2.0 200 /)
    expect(called.isUp).toBe(true)
    await called.hangUp()
    expect(await third.ended()).toBe('far-end')
  })

  test('to a phone that is busy leaves the call as it was', async () => {
    await phone('203', { answering: 'busy' })
    const { calling, called } = await talking()
    await calling.send('REFER', { headers: { 'Refer-To': `<sip:203@${site}>` } })
    await eventually(3_000, 'the notice of 486', () =>
      calling.received.some(({ method, body }) => method === 'NOTIFY' && body.toString().includes('486')),
    )
    expect([calling.isUp, called.isUp]).toEqual([true, true])
    await calling.hangUp()
  })

  test('attended: both far ends of the one who transfers talk to each other', async () => {
    const carla = await phone('203')
    const { anna, calling, called } = await talking()
    const consulting = await anna.call('203')
    await consulting.answered()
    const third = await carla.nextCall()
    const replaces = encodeURIComponent(`${consulting.callId};to-tag=1;from-tag=2`)
    await calling.send('REFER', { headers: { 'Refer-To': `<sip:203@${site}?Replaces=${replaces}>` } })
    expect(await Promise.all([calling.ended(), consulting.ended()])).toEqual(['far-end', 'far-end'])
    await eventually(3_000, 'fresh media at both', () =>
      [called, third].every(({ received }) => received.some(({ method }) => method === 'INVITE')),
    )
    await third.hangUp()
    expect(await called.ended()).toBe('far-end')
  })
})

test('a message reaches the phone of a user', async () => {
  const anna = await phone('201')
  const bert = await phone('202')
  const headers = { 'Content-Type': 'text/plain' }
  const response = await anna.request('MESSAGE', '202', { headers, body: 'lunch?' })
  expect(response.status).toBe(200)
  expect(bert.received.at(-1)?.body.toString()).toBe('lunch?')
})
