import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Rtpengine } from '../../support/rtpengine.ts'
import type { PhoneCall } from '../../support/sip/phone-call.ts'
import { audioTarget } from '../../support/sip/sdp-text.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { TestBox } from '../../support/test-box.ts'
import { TinyCarrier } from '../../support/tiny-carrier.ts'
import { goesOnHearing, hears } from '../../support/tone.ts'

const [low, high] = [440, 880]
const rtpengine = new Rtpengine()
/** Far ends of three trunks: one that takes anything, one that is encrypted, one that never is. */
const plain = new TinyCarrier({ tone: high })
const secret = new TinyCarrier({ tone: high, isEncrypting: true })
const clear = new TinyCarrier({ tone: high })
let box: TestBox
let anna: SipPhone
let safe: SipPhone

beforeAll(async () => {
  await rtpengine.start()
  for (const carrier of [plain, secret, clear]) await carrier.start()
  box = new TestBox({
    config: {
      sip: { domains: ['site-a.test'] },
      numbering: { country: 'DE', areaCode: '30' },
      users: ['201', '202'].map((user) => ({
        aor: `${user}@site-a.test`,
        password: 'secret',
        numbers: [`+4930123${user}`],
      })),
      trunks: [
        { name: 'plain', server: plain.hostPort, prefixes: ['+4930'] },
        { name: 'secret', server: secret.hostPort, prefixes: ['+4940'], media: { srtp: 'required' } },
        {
          name: 'clear',
          server: clear.hostPort,
          prefixes: ['+4989'],
          media: { srtp: 'never', codecs: ['PCMA'], earlyMedia: 'hold-back' },
        },
      ],
      media: { rtpengine: { host: rtpengine.address, port: rtpengine.port } },
    },
  })
  await box.start()
  const phone = { password: 'secret', server: box.server, tone: low }
  anna = new SipPhone({ ...phone, aor: '201@site-a.test' })
  safe = new SipPhone({ ...phone, aor: '202@site-a.test', isEncrypting: true })
  for (const each of [anna, safe]) await each.start()
  await anna.register()
})

afterEach(async () => {
  plain.phone.answering = clear.phone.answering = 'answer'
  for (const call of [...anna.calls, ...safe.calls]) await call.hangUp()
})

afterAll(async () => {
  for (const part of [anna, safe, box, plain, secret, clear, rtpengine]) await part.stop()
})

/** Calls a number; resolves when both ends are up. */
async function callOut(
  phone: SipPhone,
  number: string,
  carrier: TinyCarrier,
): Promise<[PhoneCall, PhoneCall]> {
  const call = await phone.call(number)
  await call.answered()
  const outside = await carrier.phone.nextCall()
  await outside.acknowledged()
  return [call, outside]
}

/** Calls out and in; both sides hear the other's tone, through rtpengine. */
async function talksBothWays(number: string, carrier: TinyCarrier): Promise<void> {
  const [call, outside] = await callOut(anna, number, carrier)
  for (const each of [call, outside]) {
    expect(rtpengine.isRtpPort(audioTarget(each.remoteSdp)?.port ?? 0)).toBe(true)
  }
  await Promise.all([hears(call, high), hears(outside, low)])
  await call.hangUp()
  expect(await outside.ended()).toBe('far-end')

  const callIn = await carrier.callIn('+4930123201', '+4989123456', box.hostPort)
  await callIn.answered()
  const inside = await anna.nextCall()
  await inside.acknowledged()
  await Promise.all([hears(callIn, low), hears(inside, high)])
  await callIn.hangUp()
  expect(await inside.ended()).toBe('far-end')
}

const faxOf = (call: PhoneCall) =>
  call.invite.body.toString().replace(/m=audio[\s\S]*/, 'm=image 5002 udptl t38\r\na=T38FaxVersion:0\r\n')

describe('a call with the telephone network', () => {
  test('carries audio both ways', () => talksBothWays('03098765432', plain))

  test('is encrypted on the trunk that requires it, and in the clear to the phone', async () => {
    await talksBothWays('04098765432', secret)
    const [call, outside] = await callOut(anna, '04098765432', secret)
    expect(call.remoteSdp).toMatch(/^m=audio \d+ RTP\/AVP /m)
    expect(outside.remoteSdp).toMatch(/^m=audio \d+ RTP\/SAVP /m)
    expect(outside.remoteSdp.match(/^a=crypto:.*$/gm)).toEqual([
      expect.stringMatching(/AES_CM_128_HMAC_SHA1_80 inline:/),
    ])

    // A refresh by the far end is answered by the box; hold and resume go through.
    expect((await outside.reInvite()).status).toBe(200)
    expect((await call.reInvite('sendonly')).status).toBe(200)
    expect((await call.reInvite('sendrecv')).status).toBe(200)
    await Promise.all([goesOnHearing(call, high), goesOnHearing(outside, low)])

    // Fax would go in the clear.
    expect((await call.send('INVITE', { body: faxOf(call) })).status).toBe(488)
    await Promise.all([goesOnHearing(call, high), goesOnHearing(outside, low)])
  })

  test('is decrypted for a trunk that takes nothing else', async () => {
    const [call, outside] = await callOut(safe, '08998765432', clear)
    expect(outside.remoteSdp).toMatch(/^m=audio \d+ RTP\/AVP /m)
    expect(call.remoteSdp).toMatch(/^m=audio \d+ RTP\/SAVP /m)
    await Promise.all([hears(call, high), hears(outside, low)])
  })

  test('lets announcements be heard before the answer, but where they are held back', async () => {
    plain.phone.answering = clear.phone.answering = 'manual'
    const heard = await anna.call('03098765432')
    const announcing = await plain.phone.nextCall()
    announcing.progress()
    await heard.progressed(183)
    await hears(heard, high)
    announcing.answer()
    await heard.answered()
    await announcing.acknowledged()
    await Promise.all([goesOnHearing(heard, high), hears(announcing, low)])
    await heard.hangUp()

    const unheard = await anna.call('08998765432')
    const heldBack = await clear.phone.nextCall()
    heldBack.progress()
    await unheard.progressed(180)
    expect(unheard.remoteSdp).toBe('')
    heldBack.answer()
    await unheard.answered()
    await hears(unheard, high)
  })

  test('stays as it was when an offer in it is refused', async () => {
    const [call, outside] = await callOut(anna, '03098765432', plain)
    await Promise.all([hears(call, high), hears(outside, low)])
    outside.refusesOffers = 488
    expect((await call.send('INVITE', { body: faxOf(call) })).status).toBe(488)
    await Promise.all([goesOnHearing(call, high), goesOnHearing(outside, low)])
  })

  test('turns into fax by T.38', async () => {
    const [call, outside] = await callOut(anna, '08998765432', clear)
    expect((await outside.send('INVITE', { body: faxOf(call) })).status).toBe(200)
    expect(call.remoteSdp).toMatch(/^m=image \d+ udptl t38\r$/m)
  })
})
