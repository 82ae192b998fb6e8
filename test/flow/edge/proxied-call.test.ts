import { afterEach, expect, test } from 'vitest'
import { runBox } from '../../support/running-box.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { site, users } from '../../support/site.ts'

const started: { stop(): Promise<void> }[] = []

afterEach(async () => {
  for (const each of started.splice(0).reverse()) await each.stop()
})

test('a proxy forwards the calls of its own phones, without what they proved themselves with', async () => {
  const box = await runBox({ sip: { domains: [site], callHandling: 'proxy' }, users: users('201', '202') })
  started.push(box)
  const phone = async (user: string): Promise<SipPhone> => {
    const made = new SipPhone({ aor: `${user}@${site}`, password: `secret-${user}`, server: box.server })
    started.push(made)
    await made.start()
    await made.register()
    return made
  }
  const anna = await phone('201')
  const bert = await phone('202')
  const calling = await anna.call('202')
  await calling.answered()
  const called = await bert.nextCall()
  await called.acknowledged()
  await calling.reInvite('sendonly')
  await called.hangUp()
  await calling.ended()

  expect(called.callId).toBe(calling.callId)
  expect(called.invite.values('via')).toHaveLength(2)
  expect(called.invite.has('record-route')).toBe(true)
  expect(called.received.map(({ method }) => method)).toEqual(expect.arrayContaining(['ACK', 'INVITE']))
  for (const request of [called.invite, ...called.received]) {
    expect(request.has('proxy-authorization')).toBe(false)
    expect(request.has('authorization')).toBe(false)
  }
})
