import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DialogEnd, InviteOptions, SipDialog } from '../../../src/domain/sip.ts'
import type { SipRequest, SipResponse } from '../../../src/engine/message/message.ts'
import { eventually } from '../../support/within.ts'
import { WirePhone } from '../drachtio/wire-phone.ts'
import { AStack } from './a-stack.ts'

const sdp =
  'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n'
const theirs = sdp.replace('4000', '5000')
const from = '<sip:box@site-a.example>'

let box: AStack
let carrier: WirePhone
beforeEach(async () => {
  box = new AStack()
  await box.start()
  carrier = await WirePhone.open('carrier', { host: '127.0.0.1', port: box.port })
})
afterEach(async () => {
  carrier.close()
  await box.stop()
})

const callCarrier = (options: Partial<InviteOptions> = {}) =>
  box.stack.invite(carrier.uri, { from, body: sdp, ...options })
const ended = (dialog: SipDialog) => new Promise<DialogEnd>((resolve) => dialog.onEnd(resolve))
const nothingLeft = () =>
  eventually(2_000, 'no dialogs, invites or transactions', () =>
    Object.values(box.stack.counts).every((count) => count === 0),
  )

/** The next request of that method that is no repetition of this one. */
async function requestAfter({ method, cseq }: SipRequest): Promise<SipRequest> {
  for (;;) {
    const request = await carrier.requestThat(method, 10_000)
    if (request.cseq.number > cseq.number) return request
  }
}

/** The carrier takes the call that is coming. */
async function answered(headers: Readonly<Record<string, string>> = {}, body = theirs) {
  const invite = await carrier.requestThat('INVITE')
  const answer = carrier.answer(invite, 200, headers, body)
  await carrier.requestThat('ACK')
  return { invite, answer }
}

describe('100rel (RFC 3262)', () => {
  const reliable = { Require: '100rel', RSeq: '17' }

  test('a reliable response is acknowledged, and its SDP is the answer when the 2xx has none', async () => {
    const progress: string[] = []
    const sent = callCarrier({ onProgress: ({ status, body }) => progress.push(`${status} ${body}`) })
    const invite = await carrier.requestThat('INVITE')
    carrier.answer(invite, 183, reliable, theirs)
    const prack = await carrier.requestThat('PRACK')
    expect(prack.get('rack')).toBe(`17 ${invite.cseq.number} INVITE`)
    carrier.answer(prack, 200)
    carrier.answer(invite, 200)
    const dialog = await sent
    expect(progress).toEqual([`183 ${theirs}`])
    expect(dialog.remoteSdp).toBe(theirs)
    await hungUp(dialog)
  })

  test('of two forks the one that answers counts', async () => {
    const sent = callCarrier()
    const invite = await carrier.requestThat('INVITE')
    carrier.answer(invite, 183, reliable, theirs, 'fork-1')
    carrier.answer(await carrier.requestThat('PRACK'), 200, {}, '', 'fork-1')
    carrier.answer(invite, 183, { ...reliable, RSeq: '30' }, sdp, 'fork-2')
    carrier.answer(await carrier.requestThat('PRACK'), 200, {}, '', 'fork-2')
    carrier.answer(invite, 200, {}, '', 'fork-1')
    const dialog = await sent
    expect(dialog.remoteSdp).toBe(theirs)
    await hungUp(dialog)
  })

  test('goes to a caller that can, and is repeated until its PRACK', async () => {
    box.stack.onInvite(async (invite) => {
      await invite.respond(180, { headers: { Require: '100rel' } })
      await invite.answer(sdp)
    })
    const invite = carrier.invite({ Supported: '100rel' })
    const ringing = await carrier.responseThat(180)
    expect(ringing.get('require')).toBe('100rel')
    await carrier.countReaches(180, 1)
    const rack = `${ringing.get('rseq')} ${invite.cseq.number} INVITE`
    carrier.inDialog(invite, ringing, 'PRACK', { RAck: rack })
    await carrier.responseThat([200, 'PRACK'])
    const answer = await carrier.responseThat([200, 'INVITE'])
    carrier.inDialog(invite, answer, 'ACK')
  })
})

describe('before the answer', () => {
  test.each([
    ['without an offer is answered', '', 200],
    ['with an offer is to come again', theirs, 500],
  ])('an UPDATE of the far end %s', async (_, body, status) => {
    const sent = callCarrier()
    const invite = await carrier.requestThat('INVITE')
    const ringing = carrier.answer(invite, 180)
    await eventually(2_000, 'the ringing', () => box.stack.counts.transactions === 1)
    carrier.asCallee(invite, ringing, 'UPDATE', {}, body)
    await carrier.responseThat([status, 'UPDATE'])
    carrier.answer(invite, 200, {}, theirs)
    await hungUp(await sent)
  })

  test('the reason of a CANCEL goes out', async () => {
    const giveUp = new AbortController()
    const sent = callCarrier({ signal: giveUp.signal })
    const outcome = expect(sent).rejects.toMatchObject({ name: 'CallAborted' })
    carrier.answer(await carrier.requestThat('INVITE'), 180)
    await eventually(2_000, 'the ringing', () => box.stack.counts.transactions === 1)
    giveUp.abort('SIP;cause=200;text="Call completed elsewhere"')
    const cancel = await carrier.requestThat('CANCEL')
    expect(cancel.get('reason')).toBe('SIP;cause=200;text="Call completed elsewhere"')
    await outcome
  })

  test('the reason of a CANCEL that comes is with the signal', async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>()
    box.stack.onInvite(async ({ cancelled }) => {
      cancelled.addEventListener('abort', () => resolve(cancelled.reason))
    })
    const invite = carrier.invite()
    await carrier.responseThat(100)
    carrier.cancel(invite, { Reason: 'Q.850;cause=31' })
    expect(await promise).toBe('Q.850;cause=31')
    carrier.refusalAck(invite, await carrier.responseThat(487))
  })
})

describe('session timers (RFC 4028)', () => {
  const asked = { Supported: 'timer', 'Session-Expires': '1800;refresher=uac', 'Min-SE': '90' }

  test('that are too short for the far end are lengthened, once, in the same call', async () => {
    const sent = callCarrier({ headers: asked })
    const first = await carrier.requestThat('INVITE')
    carrier.answer(first, 422, { 'Min-SE': '3600' })
    const second = await requestAfter(first)
    expect(second.get('session-expires')).toBe('3600;refresher=uac')
    expect(second.get('min-se')).toBe('3600')
    expect([second.callId, second.from.tag]).toEqual([first.callId, first.from.tag])
    expect(second.cseq.number).toBe(first.cseq.number + 1)
    carrier.answer(second, 422, { 'Min-SE': '7200' })
    await expect(sent).rejects.toMatchObject({ sipStatus: 422 })
  })

  test('are kept by the box, and a far end that is gone ends the call in time', async () => {
    const sent = callCarrier({ headers: asked })
    // Shorter than anybody may ask for, so that the test is.
    await answered({ 'Session-Expires': '6;refresher=uac', Require: 'timer', Allow: 'INVITE, UPDATE' })
    const over = ended(await sent)
    const update = await carrier.requestThat('UPDATE', 10_000)
    expect(update.get('session-expires')).toBe('6;refresher=uac')
    expect(update.body.length).toBe(0)
    carrier.answer(update, 200, { 'Session-Expires': '6;refresher=uac', Require: 'timer' })
    await carrier.requestThat('UPDATE', 10_000) // and now silence
    const bye = await carrier.requestThat('BYE', 10_000)
    expect(bye.get('reason')).toContain('Session timer expired')
    expect(await over).toMatchObject({
      by: 'engine',
      reason: expect.stringContaining('Session timer expired'),
    })
  })

  test('are kept with credentials where the far end asks for them', async () => {
    const account = { username: 'us', password: 'secret' }
    const sent = callCarrier({ headers: asked, account })
    const { invite } = await answered({ 'Session-Expires': '6;refresher=uac', Require: 'timer' })
    const dialog = await sent
    const first = await requestAfter(invite)
    carrier.answer(first, 407, { 'Proxy-Authenticate': 'Digest realm="carrier", nonce="n", qop="auth"' })
    const second = await requestAfter(first)
    expect(second.get('proxy-authorization')).toContain('username="us"')
    expect(second.get('session-expires')).toBe('6;refresher=uac')
    expect(second.body.toString()).toBe(sdp)
    carrier.answer(second, 200, { 'Session-Expires': '6;refresher=uac', Require: 'timer' }, theirs)
    await hungUp(dialog)
  })
})

test('all reasons of a BYE arrive', async () => {
  const sent = callCarrier()
  const { invite, answer } = await answered()
  const over = ended(await sent)
  const bye = carrier.asCallee(invite, answer, 'BYE', { Reason: 'SIP;cause=480, Q.850;cause=19' })
  await carrier.responseThat([200, 'BYE'])
  expect(bye.get('reason')).toBeDefined()
  expect(await over).toEqual({ by: 'far-end', reason: 'SIP;cause=480, Q.850;cause=19' })
})

async function hungUp(dialog: SipDialog): Promise<void> {
  const over = dialog.hangUp()
  const bye: SipRequest = await carrier.requestThat('BYE')
  const gone: SipResponse = carrier.answer(bye, 200)
  expect(gone.status).toBe(200)
  await over
  await nothingLeft()
}
