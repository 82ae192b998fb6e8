import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Rtpengine } from '../support/rtpengine.ts'
import type { PhoneCall } from '../support/sip/phone-call.ts'
import { audioTarget } from '../support/sip/sdp-text.ts'
import { SipPhone } from '../support/sip-phone.ts'
import { site, users } from '../support/site.ts'
import { TestBox } from '../support/test-box.ts'
import { eventually } from '../support/within.ts'

const rtpengine = new Rtpengine()
let box: TestBox
let phones: SipPhone[] = []

beforeAll(() => rtpengine.start())
afterAll(() => rtpengine.stop())
afterEach(async () => {
  await Promise.all(phones.map((phone) => phone.stop()))
  phones = []
  await box.stop()
})

test('a tone passes rtpengine in both directions, also after a re-INVITE', async () => {
  const [low, high] = await callers(rtpengine.port)
  const call = await low.call('202')
  await call.answered()
  const answered = await high.nextCall()
  await answered.acknowledged()
  for (const side of [call, answered]) {
    expect(rtpengine.isRtpPort(audioTarget(side.remoteSdp)?.port ?? 0)).toBe(true)
  }
  await hears(call, 880)
  await hears(answered, 440)
  expect((await call.reInvite('sendonly')).status).toBe(200)
  expect((await call.reInvite()).status).toBe(200)
  const before = call.heard(880).packets
  await eventually(3_000, 'the tone after the re-INVITE', () => call.heard(880).packets > before + 25)
  await hears(answered, 440)
  await call.hangUp()
  expect(await answered.ended()).toBe('far-end')
})

test('when rtpengine is gone the call goes on directly', async () => {
  const [low, high] = await callers(9)
  const call = await low.call('202')
  await call.answered()
  const answered = await high.nextCall()
  await answered.acknowledged()
  expect(rtpengine.isRtpPort(audioTarget(answered.remoteSdp)?.port ?? 0)).toBe(false)
  await hears(call, 880)
  await hears(answered, 440)
  await call.hangUp()
})

async function callers(ngPort: number): Promise<[SipPhone, SipPhone]> {
  box = new TestBox({
    config: {
      sip: { domains: [site] },
      users: users('201', '202'),
      media: { rtpengine: { host: rtpengine.address, port: ngPort, timeoutMs: 300 }, relay: 'always' },
    },
  })
  await box.start()
  const make = (user: string, tone: number) =>
    new SipPhone({ aor: `${user}@${site}`, password: `secret-${user}`, server: box.server, tone })
  const pair: [SipPhone, SipPhone] = [make('201', 440), make('202', 880)]
  phones = pair
  for (const phone of pair) {
    await phone.start()
    await phone.register()
  }
  return pair
}

function hears(call: PhoneCall, hertz: number): Promise<boolean> {
  return eventually(5_000, `the tone of ${hertz} Hz`, () => call.heard(hertz).share > 0.9).then(() => true)
}
