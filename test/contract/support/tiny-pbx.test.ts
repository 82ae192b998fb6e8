import { afterEach, beforeEach, expect, test } from 'vitest'
import { SipPhone } from '../../support/sip-phone.ts'
import { TinyCarrier } from '../../support/tiny-carrier.ts'
import { TinyPbx } from '../../support/tiny-pbx.ts'

const pbx = new TinyPbx({ domain: 'pbx.test', users: { 201: 'one', 202: 'two' } })
let phones: SipPhone[] = []

beforeEach(() => pbx.start())
afterEach(async () => {
  await Promise.all([pbx.stop(), ...phones.map((phone) => phone.stop())])
  phones = []
})

async function extension(user: string, password: string): Promise<SipPhone> {
  const [host = '', port] = pbx.hostPort.split(':')
  const phone = new SipPhone({ aor: `${user}@pbx.test`, password, server: { host, port: Number(port) } })
  await phone.start()
  phones.push(phone)
  return phone
}

test('registers by digest and carries a call with everything in it through itself', async () => {
  const [one, two] = [await extension('201', 'one'), await extension('202', 'two')]
  await one.register()
  await two.register()
  const call = await one.call('202')
  await call.answered()
  const answered = await two.nextCall()
  await answered.acknowledged()
  await call.reInvite()
  await answered.hangUp()
  expect(await call.ended()).toBe('far-end')
  expect(call.statuses).toEqual([407, 100, 180, 200])
  expect(pbx.callsPassed).toEqual(['201 → 202'])
})

test('passes on a CANCEL, and refuses a wrong password, an unknown and an absent user', async () => {
  const [one, two] = [await extension('201', 'one'), await extension('202', 'two')]
  two.answering = 'ring'
  await expect((await one.call('299')).answered()).rejects.toMatchObject({ status: 404 })
  await two.register()
  const call = await one.call('202')
  await call.progressed(180)
  call.cancel()
  await expect(call.answered()).rejects.toMatchObject({ status: 487 })
  await two.unregister()
  await expect((await one.call('202')).answered()).rejects.toMatchObject({ status: 480 })
  const thief = await extension('201', 'wrong')
  await expect(thief.register()).rejects.toMatchObject({ status: 401 })
})

test('the carrier demands its account, takes any number and calls in', async () => {
  const carrier = new TinyCarrier({ account: { username: 'trunk', password: 'secret' } })
  await carrier.start()
  const [host = '', port] = carrier.hostPort.split(':')
  const server = { host, port: Number(port) }
  const box = new SipPhone({ aor: 'trunk@carrier.test', password: 'secret', server })
  await box.start()
  phones.push(box)
  await box.register()
  expect(carrier.registered).toBe(box.contact.slice(1, -1))
  const out = await box.call('sip:+4930123@carrier.test')
  await out.answered()
  expect(carrier.dialled).toEqual(['+4930123'])
  await out.hangUp()
  const call = await carrier.callIn('+4989555', '+4930777', box.endpoint.hostPort)
  await call.answered()
  const answered = await box.nextCall()
  expect(answered.invite.from.uri).toContain('+4930777')
  await call.hangUp()
  await carrier.stop()
})
