import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DialogEnd, IncomingInvite, IncomingRequest, SipDialog } from '../../../src/domain/sip.ts'
import type { SipPhone } from '../../support/sip-phone.ts'
import { eventually } from '../../support/within.ts'
import { AStack } from './a-stack.ts'

const sdp =
  'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n'

let box: AStack
beforeEach(async () => {
  box = new AStack()
  await box.start()
})
afterEach(() => box.stop())

const uriOf = (phone: SipPhone) => phone.contact.slice(1, -1)
const from = '<sip:box@site-a.example>'

/** The next call that comes in. */
function nextInvite(): Promise<IncomingInvite> {
  const { promise, resolve } = Promise.withResolvers<IncomingInvite>()
  box.stack.onInvite(async (invite) => resolve(invite))
  return promise
}

async function callIn(): Promise<{ phone: SipPhone; invite: IncomingInvite; dialog: SipDialog }> {
  const phone = await box.phone('201')
  const arrival = nextInvite()
  const call = await phone.call('202')
  const invite = await arrival
  const dialog = await invite.answer(sdp)
  await call.answered()
  return { phone, invite, dialog }
}

async function callOut(): Promise<{ phone: SipPhone; dialog: SipDialog }> {
  const phone = await box.phone('202')
  const dialog = await box.stack.invite(uriOf(phone), { from, body: sdp })
  return { phone, dialog }
}

const ended = (dialog: SipDialog) => new Promise<DialogEnd>((resolve) => dialog.onEnd(resolve))
const nothingLeft = () =>
  eventually(2_000, 'no dialogs, invites or transactions', () =>
    Object.values(box.stack.counts).every((count) => count === 0),
  )

describe('a call that comes in', () => {
  test('shows what the caller sent, rings, is answered and hung up by the caller', async () => {
    const phone = await box.phone('201')
    const arrival = nextInvite()
    const call = await phone.call('202', { headers: { Subject: 'lunch' } })
    const invite = await arrival
    expect(invite).toMatchObject({
      method: 'INVITE',
      uri: 'sip:202@site-a.example',
      callId: call.callId,
      source: { transport: 'udp', address: '127.0.0.1', port: phone.port },
      localPort: box.port,
    })
    expect(invite.header('subject')).toBe('lunch')
    expect(invite.body).toMatch(/^v=0/)
    await invite.respond(180, { headers: { 'Alert-Info': '<urn:x>' } })
    await call.progressed(180)
    const dialog = await invite.answer(sdp)
    await call.answered()
    expect(call.remoteSdp).toBe(sdp)
    const end = ended(dialog)
    await call.hangUp()
    expect(await end).toEqual({ by: 'far-end', reason: undefined })
    await nothingLeft()
  })

  test('is refused', async () => {
    const phone = await box.phone('201')
    box.stack.onInvite((invite) => invite.respond(486, { reason: 'Not Now' }))
    const call = await phone.call('202')
    await expect(call.answered()).rejects.toMatchObject({ status: 486, message: '486 Not Now' })
    await nothingLeft()
  })

  test('is taken back: the signal fires, and a late answer is refused', async () => {
    const phone = await box.phone('201')
    const arrival = nextInvite()
    const call = await phone.call('202')
    const invite = await arrival
    await invite.respond(180)
    await call.progressed(180)
    const cancelled = new Promise((resolve) => invite.cancelled.addEventListener('abort', resolve))
    call.cancel()
    await cancelled
    await expect(call.answered()).rejects.toMatchObject({ status: 487 })
    await expect(invite.answer(sdp)).rejects.toMatchObject({ name: 'EngineRefused' })
    await nothingLeft()
  })

  test('without offer gets ours, and the ACK brings the answer', async () => {
    const phone = await box.phone('201')
    const arrival = nextInvite()
    const call = await phone.call('202', { isOfferless: true })
    const invite = await arrival
    expect(invite.body).toBe('')
    const dialog = await invite.answer(sdp)
    expect(dialog.localSdp).toBe(sdp)
    expect(dialog.remoteSdp).toMatch(/^v=0/)
    await call.hangUp()
  })

  test('whose handler fails gets 500', async () => {
    const phone = await box.phone('201')
    box.stack.onInvite(async () => {
      throw new Error('bug')
    })
    const call = await phone.call('202')
    await expect(call.answered()).rejects.toMatchObject({ status: 500 })
  })

  test('is hung up by us', async () => {
    const { phone, dialog } = await callIn()
    const [call] = phone.calls
    await dialog.hangUp({ Reason: 'Q.850;cause=16' })
    expect(await call?.ended()).toBe('far-end')
    expect(call?.received.at(-1)?.get('reason')).toBe('Q.850;cause=16')
    await dialog.hangUp()
    await nothingLeft()
  })
})

describe('a call that goes out', () => {
  test('carries our headers, reports ringing, and becomes a dialog', async () => {
    const phone = await box.phone('202', { answering: 'manual' })
    const progress: number[] = []
    const sent = box.stack.invite(uriOf(phone), {
      from: '"Anna" <sip:201@site-a.example>',
      to: '<sip:202@site-a.example>',
      contact: '<sip:me@127.0.0.1:9;transport=udp>',
      body: sdp,
      headers: { Subject: 'lunch', 'X-Many': ['a', 'b'], 'X-Evil': 'a\r\nVia: b' },
      onProgress: ({ status }) => progress.push(status),
    })
    const call = await phone.nextCall()
    expect(call.invite.from).toMatchObject({ displayName: 'Anna', uri: 'sip:201@site-a.example' })
    expect(call.invite.to.uri).toBe('sip:202@site-a.example')
    expect(call.invite.contacts[0]?.uri).toBe('sip:me@127.0.0.1:9;transport=udp')
    expect(call.invite.getAll('x-many')).toEqual(['a', 'b'])
    expect(call.invite.get('x-evil')).toBe('a Via: b')
    call.ring()
    call.answer()
    const dialog = await sent
    await call.acknowledged()
    expect(progress).toEqual([180])
    expect(dialog.remoteSdp).toMatch(/^v=0/)
    await dialog.hangUp()
    expect(await call.ended()).toBe('far-end')
    await nothingLeft()
  })

  test('that is refused rejects with status, reason and response', async () => {
    const phone = await box.phone('202', { answering: 'manual' })
    const sent = box.stack.invite(uriOf(phone), { from, body: sdp })
    const call = await phone.nextCall()
    call.refuse(486, { 'Retry-After': '9' })
    const error = await sent.catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'CallRejected', sipStatus: 486, tryNextTarget: false })
    expect(error).toHaveProperty('response.isLocal', false)
    await nothingLeft()
  })

  test('to nobody is refused with a local 503', async () => {
    const phone = await box.phone('202')
    const uri = uriOf(phone)
    await phone.stop()
    const error = await box.stack.invite(uri, { from, body: sdp }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'CallRejected', sipStatus: 503, response: { isLocal: true } })
  })

  test('is cancelled by its signal', async () => {
    const phone = await box.phone('202', { answering: 'manual' })
    const giveUp = new AbortController()
    const sent = box.stack.invite(uriOf(phone), { from, body: sdp, signal: giveUp.signal })
    const call = await phone.nextCall()
    call.ring()
    giveUp.abort()
    await expect(sent).rejects.toMatchObject({ name: 'CallAborted' })
    await expect(call.answered()).rejects.toMatchObject({ status: 487 })
    await nothingLeft()
  })

  test('that is answered while it is being cancelled is taken and hung up', async () => {
    const phone = await box.phone('202', { answering: 'manual' })
    const giveUp = new AbortController()
    const sent = box.stack.invite(uriOf(phone), { from, body: sdp, signal: giveUp.signal })
    const call = await phone.nextCall()
    call.ring()
    call.answer()
    giveUp.abort()
    await expect(sent).rejects.toMatchObject({ name: 'CallAborted' })
    expect(await call.ended()).toBe('far-end')
    await nothingLeft()
  })

  test.each(['MD5', 'SHA-256'] as const)('answers a %s challenge', async (algorithm) => {
    const phone = await box.phone('202', { answering: 'manual' })
    const account = { username: 'us', password: 'secret' }
    const sent = box.stack.invite(uriOf(phone), { from, body: sdp, account })
    const first = await phone.nextCall()
    const challenge = `Digest realm="carrier, inc", nonce="n1", algorithm=${algorithm}, qop="auth,auth-int", opaque="o"`
    first.refuse(401, { 'WWW-Authenticate': challenge })
    const second = await phone.nextCall()
    expect(second.invite.callId).toBe(first.invite.callId)
    expect(second.invite.cseq.number).toBe(first.invite.cseq.number + 1)
    expect(second.invite.from.tag).toBe(first.invite.from.tag)
    const given = second.invite.get('authorization')
    expect(given).toContain(`algorithm=${algorithm}`)
    expect(given).toContain('realm="carrier, inc"')
    second.answer()
    await (await sent).hangUp()
    await nothingLeft()
  })

  test('answers the proxy on the way and the server behind it', async () => {
    const phone = await box.phone('202', { answering: 'manual' })
    const account = { username: 'us', password: 'secret' }
    const sent = box.stack.invite(uriOf(phone), { from, body: sdp, account })
    const first = await phone.nextCall()
    first.refuse(407, { 'Proxy-Authenticate': 'Digest realm="edge", nonce="p1", qop="auth"' })
    const second = await phone.nextCall()
    second.refuse(401, { 'WWW-Authenticate': 'Digest realm="core", nonce="r1", qop="auth"' })
    const third = await phone.nextCall()
    expect(third.invite.callId).toBe(first.invite.callId)
    expect(third.invite.cseq.number).toBe(first.invite.cseq.number + 2)
    expect(third.invite.get('proxy-authorization')).toMatch(/realm="edge".*nc=00000002/)
    expect(third.invite.get('authorization')).toMatch(/realm="core".*nc=00000001/)
    third.answer()
    await (await sent).hangUp()
    await nothingLeft()
  })

  test('gives up when the same challenge comes again', async () => {
    const phone = await box.phone('202', { answering: 'manual' })
    const account = { username: 'us', password: 'wrong' }
    const sent = box.stack.invite(uriOf(phone), { from, body: sdp, account })
    for (const nonce of ['n1', 'n2']) {
      const call = await phone.nextCall()
      call.refuse(407, { 'Proxy-Authenticate': `Digest realm="r", nonce="${nonce}", qop="auth"` })
    }
    await expect(sent).rejects.toMatchObject({ sipStatus: 407 })
  })

  test('without offer takes the offer of the callee and acknowledges with our answer', async () => {
    const phone = await box.phone('202', { answering: 'manual' })
    const sent = box.stack.invite(uriOf(phone), {
      from,
      body: '',
      onOffer: async (offer) => {
        expect(offer).toMatch(/^v=0/)
        return sdp
      },
    })
    const call = await phone.nextCall()
    call.answer()
    const dialog = await sent
    await call.acknowledged()
    expect(call.remoteSdp).toBe(sdp)
    expect(dialog.localSdp).toBe(sdp)
    await dialog.hangUp()
  })
})

describe('in a dialog', () => {
  test.each(['INVITE', 'UPDATE'] as const)('we offer by %s', async (method) => {
    const { dialog } = await callOut()
    const hold = sdp.replace('4000', '4002')
    expect(await dialog.offer(hold, method)).toMatch(/^v=0/)
    expect(dialog.localSdp).toBe(hold)
    await dialog.hangUp()
  })

  test('we ask for an offer and answer it in the ACK', async () => {
    const { phone, dialog } = await callOut()
    const requested = await dialog.requestOffer()
    expect(requested.sdp).toMatch(/^v=0/)
    requested.acknowledge(sdp)
    await eventually(2_000, 'the ACK', () => phone.calls[0]?.remoteSdp === sdp)
    await dialog.hangUp()
  })

  test.each(['INVITE', 'UPDATE'] as const)('the far end offers by %s', async (method) => {
    const { phone, dialog } = await callIn()
    dialog.onOffer((offer) => void offer.respond(200, { body: sdp.replace('4000', '4004') }))
    const response = await phone.calls[0]?.reInvite('sendonly', method)
    expect(response?.status).toBe(200)
    expect(dialog.localSdp).toContain('4004')
    expect(dialog.remoteSdp).toContain('sendonly')
    if (method === 'INVITE') await dialog.offer(sdp) // its ACK has come: ours may go
    await dialog.hangUp()
  })

  test('the far end asks for our offer, and its ACK brings the answer', async () => {
    const { phone, dialog } = await callIn()
    const acknowledged = new Promise<string>((resolve) => {
      dialog.onOffer((offer) => {
        void offer.respond(200, { body: sdp })
        void offer.acknowledged().then(resolve)
      })
    })
    const response = await phone.calls[0]?.send('INVITE')
    expect(response?.body.toString()).toBe(sdp)
    expect(await acknowledged).toBe('') // this phone answers with nothing
    await dialog.hangUp()
  })

  test('of two re-INVITEs that meet at least one gets 491, and the call goes on', async () => {
    const { phone, dialog } = await callOut()
    const [ours, theirs] = await Promise.allSettled([dialog.offer(sdp), phone.calls[0]?.reInvite()])
    const refusals = [
      ours.status === 'rejected' && ours.reason.sipStatus === 491,
      theirs.status === 'fulfilled' && theirs.value?.status === 491,
    ]
    expect(refusals).toContain(true)
    expect(await dialog.offer(sdp)).toMatch(/^v=0/)
    await dialog.hangUp()
  })

  test.each(['INFO', 'MESSAGE', 'NOTIFY'])('%s goes both ways', async (method) => {
    const { phone, dialog } = await callIn()
    const came = new Promise<IncomingRequest>((resolve) => dialog.onRequest(resolve))
    const headers = { 'Info-Package': 'x' }
    const body = 'Signal=1'
    const answer = phone.calls[0]?.send(method, { headers, body, type: 'application/dtmf-relay' })
    const request = await came
    expect(request).toMatchObject({ method, body })
    expect(request.header('content-type')).toBe('application/dtmf-relay')
    await request.respond(202)
    expect((await answer)?.status).toBe(202)

    const response = await dialog.request(method, { headers: { 'Content-Type': 'text/plain' }, body: 'ü' })
    expect(response.status).toBe(200)
    expect(phone.calls[0]?.received.at(-1)?.body.toString()).toBe('ü')
    await dialog.hangUp()
  })

  test('a request after the end gets 481', async () => {
    const { phone, dialog } = await callIn()
    const [call] = phone.calls
    await dialog.hangUp()
    expect((await call?.send('INFO'))?.status).toBe(481)
    expect(await dialog.request('INFO')).toMatchObject({ status: 481, isLocal: true })
  })

  test('a request of the far end that nobody listens for waits for its listener', async () => {
    const { phone, dialog } = await callIn()
    const answer = phone.calls[0]?.send('INFO')
    await eventually(2_000, 'the INFO at the engine', () => box.engine.counts.incoming > 0)
    dialog.onRequest((request) => void request.respond(200))
    expect((await answer)?.status).toBe(200)
    await dialog.hangUp()
  })
})
