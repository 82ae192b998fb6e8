import { afterEach, expect, test } from 'vitest'
import { CallRefused } from '../../support/sip/phone-call.ts'
import { SipPhone, type SipPhoneOptions } from '../../support/sip-phone.ts'
import { eventually } from '../../support/within.ts'

const phones: SipPhone[] = []
afterEach(async () => {
  const faults = phones.flatMap((phone) => phone.endpoint.wire.faults)
  await Promise.all(phones.splice(0).map((phone) => phone.stop()))
  expect(faults).toEqual([])
})

async function phone(options: Partial<SipPhoneOptions> = {}): Promise<SipPhone> {
  const made = new SipPhone({ aor: 'x@example.org', ...options })
  await made.start()
  phones.push(made)
  return made
}

const uriOf = (to: SipPhone) => to.contact.slice(1, -1)

for (const transport of ['udp', 'tcp'] as const) {
  test(`two phones call over ${transport}, offer anew, and hang up`, async () => {
    const [alice, bob] = [await phone({ transport }), await phone({ transport })]
    const call = await alice.call(uriOf(bob))
    await call.answered()
    const answered = await bob.nextCall()
    await answered.acknowledged()
    expect(call.statuses).toEqual([180, 200])
    expect((await call.reInvite('sendonly')).status).toBe(200)
    expect(answered.remoteSdp).toContain('a=sendonly')
    expect((await answered.reInvite()).status).toBe(200)
    expect((await answered.send('INFO')).status).toBe(200)
    await answered.hangUp()
    expect(await call.ended()).toBe('far-end')
    expect(await answered.ended()).toBe('here')
  })
}

test('a tone is heard in both directions', async () => {
  const [alice, bob] = [await phone({ tone: 440 }), await phone({ tone: 880 })]
  const call = await alice.call(uriOf(bob))
  await call.answered()
  const answered = await bob.nextCall()
  await eventually(3_000, 'the tone of bob', () => call.heard(880).share > 0.9)
  await eventually(3_000, 'the tone of alice', () => answered.heard(440).share > 0.9)
  expect(call.heard(440).share).toBeLessThan(0.1)
  await call.hangUp()
})

test('a call that is taken back ends with 487 on both sides', async () => {
  const [alice, bob] = [await phone(), await phone({ answering: 'ring' })]
  const call = await alice.call(uriOf(bob))
  await call.progressed(180)
  call.cancel()
  await expect(call.answered()).rejects.toMatchObject({ status: 487 })
  const missed = await bob.nextCall()
  expect(await missed.ended()).toBe('far-end')
  expect(missed.statuses).toEqual([180, 487])
})

test('a busy phone refuses, and a phone that is not there is told as silence', async () => {
  const [alice, bob] = [await phone(), await phone({ answering: 'busy' })]
  await expect((await alice.call(uriOf(bob))).answered()).rejects.toMatchObject({ status: 486 })
  bob.endpoint.wire.isDeaf = true
  await expect(alice.request('OPTIONS', uriOf(bob), { timeoutMs: 300 })).rejects.toThrow(CallRefused)
})

test('what is lost is sent again: INVITE, 200 and BYE', async () => {
  const [alice, bob] = [await phone(), await phone()]
  bob.endpoint.wire.loseNext = 1
  alice.endpoint.wire.loseNext = 2
  const call = await alice.call(uriOf(bob))
  const answered = await bob.nextCall()
  await call.answered()
  await answered.acknowledged()
  bob.endpoint.wire.loseNext = 1
  await call.hangUp()
  expect(await answered.ended()).toBe('far-end')
  expect(call.statuses).toEqual([200])
})

test('a refusal that is lost is sent again until its ACK', async () => {
  const [alice, bob] = [await phone(), await phone({ answering: { refuse: 603 } })]
  alice.endpoint.wire.loseNext = 1
  await expect((await alice.call(uriOf(bob))).answered()).rejects.toMatchObject({ status: 603 })
})

test('an offer that comes with the answer is answered in the ACK', async () => {
  const [alice, bob] = [await phone(), await phone()]
  const call = await alice.call(uriOf(bob), { isOfferless: true })
  await call.answered()
  const answered = await bob.nextCall()
  await answered.acknowledged()
  expect(answered.remoteSdp).toContain('m=audio')
})
