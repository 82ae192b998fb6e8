import { describe, expect, it } from 'vitest'
import { eventually, within } from '../../support/within.ts'
import { type App, type CallOptions, type Dialog, type SipFailure, sdp } from './srf.ts'
import { later, stage } from './stage.ts'
import type { WirePhone } from './wire-phone.ts'

// What drachtio-srf offers to applications that call: an option or a method a test.

async function calling() {
  const { app, phone } = await stage()
  return { srf: await app(), bob: await phone('bob') }
}

/** Places a call and answers it. */
async function answered(srf: App, bob: WirePhone, options: CallOptions = {}, uri = bob.uri) {
  const call = srf.createUAC(uri, { localSdp: sdp(), ...options })
  const invite = await bob.requestThat('INVITE')
  const ok = bob.answer(invite, 200, {}, sdp(6000))
  const ack = await bob.requestThat('ACK')
  return { invite, ok, ack, dialog: await within(2_000, 'the dialog', call) }
}

const challenge = { 'WWW-Authenticate': 'Digest realm="here", nonce="abc", qop="auth"' }

/** Nothing that the application asked for stays without an answer. */
const comesToRest = (srf: App): Promise<unknown> => eventually(3_000, 'rest', () => srf.idle)

describe('createUAC', () => {
  it('callingNumber and callingName make From and Contact', async () => {
    const { srf, bob } = await calling()
    const { invite } = await answered(srf, bob, { callingNumber: '100', callingName: 'The Hall' })
    expect(invite.get('from')).toMatch(/^"The Hall" ?<sip:100@127\.0\.0\.1:\d+>;tag=/)
    expect(invite.contacts[0]?.uri).toMatch(/^sip:100@127\.0\.0\.1:\d+/)
  })

  it('headers go out as they are given; From gets a tag', async () => {
    const { srf, bob } = await calling()
    const { invite } = await answered(srf, bob, {
      headers: {
        from: '<sip:me@far.example>',
        To: '<sip:you@far.example>',
        'Call-ID': 'chosen-by-the-application',
        contact: '<sip:there@198.51.100.1:5070>',
        'X-Room': 'blue',
        'P-Asserted-Identity': '<sip:100@localhost>',
      },
    })
    expect(invite.from.uri).toBe('sip:me@far.example')
    expect(invite.from.tag).toBeDefined()
    expect(invite.get('to')).toBe('<sip:you@far.example>')
    expect(invite.callId).toBe('chosen-by-the-application')
    expect(invite.contacts[0]?.uri).toBe('sip:there@198.51.100.1:5070')
    expect(invite.get('x-room')).toBe('blue')
    expect(invite.get('p-asserted-identity')).toMatch(/^<sip:100@127\.0\.0\.1:\d+>$/)
  })

  it('takes an address in place of a URI, with calledNumber', async () => {
    const { srf, bob } = await calling()
    const { invite } = await answered(srf, bob, { calledNumber: '200' }, `127.0.0.1:${bob.port}`)
    expect(invite.uri).toMatch(new RegExp(`^sip:(200@)?127\\.0\\.0\\.1:${bob.port}$`))
  })

  it('noAck leaves the answer to an offer in the 200 to the application', async () => {
    const { srf, bob } = await calling()
    const call = srf.createUAC(bob.uri, { noAck: true }) as unknown as Promise<{
      readonly sdp: string
      ack(sdp: string): Promise<Dialog>
    }>
    const invite = await bob.requestThat('INVITE')
    expect(invite.body.length).toBe(0)
    bob.answer(invite, 200, {}, sdp(6000))
    const offer = await within(2_000, 'the offer', call)
    expect(offer.sdp).toBe(sdp(6000))
    const dialog = await offer.ack(sdp(4444))
    const ack = await bob.requestThat('ACK')
    expect(ack.body.toString()).toBe(sdp(4444))
    expect(ack.get('content-type')).toBe('application/sdp')
    expect(dialog.local.sdp).toBe(sdp(4444))
  })

  it.each([
    [{ followRedirects: true }, 'carol'],
    [{ followRedirects: true, keepUriOnRedirect: true }, 'bob'],
  ] as const)('follows redirects: %j', async (options, user) => {
    const { app, phone } = await stage()
    const [srf, bob, carol] = [await app(), await phone('bob'), await phone('carol')]
    const call = srf.createUAC(bob.uri, { localSdp: sdp(), ...options })
    bob.answer(await bob.requestThat('INVITE'), 302, { Contact: `<${carol.uri}>` })
    await bob.requestThat('ACK')
    const invite = await carol.requestThat('INVITE')
    expect(invite.uri).toContain(`sip:${user}@`)
    carol.answer(invite, 200, {}, sdp())
    await carol.requestThat('ACK')
    await call
  })

  it('asks a function for credentials, and uses them for the BYE too', async () => {
    const { srf, bob } = await calling()
    const auth: CallOptions['auth'] = (_request, _response, callback) => callback(null, 'bob', 'pass')
    const call = srf.createUAC(bob.uri, { localSdp: sdp(), auth })
    bob.answer(await bob.requestThat('INVITE'), 401, challenge)
    await bob.requestThat('ACK')
    const invite = await bob.requestThat('INVITE')
    expect(invite.get('authorization')).toContain('username="bob"')
    bob.answer(invite, 200, {}, sdp())
    await bob.requestThat('ACK')
    const destroyed = (await call).destroy()
    bob.answer(await bob.requestThat('BYE'), 401, challenge)
    const bye = await bob.requestThat('BYE')
    expect(bye.get('authorization')).toContain('username="bob"')
    expect(bye.cseq.number).toBeGreaterThan(invite.cseq.number)
    bob.answer(bye, 200)
    await destroyed
    await comesToRest(srf)
  })

  it('fails with the second refusal when the credentials are wrong', async () => {
    const { srf, bob } = await calling()
    const call = srf.createUAC(bob.uri, { localSdp: sdp(), auth: { username: 'bob', password: 'x' } })
    for (let attempt = 0; attempt < 2; attempt++) {
      bob.answer(await bob.requestThat('INVITE'), 407, {
        'Proxy-Authenticate': 'Digest realm="here", nonce="abc"',
      })
      await bob.requestThat('ACK')
    }
    const failure = await call.catch((error: SipFailure) => error)
    expect((failure as SipFailure).status).toBe(407)
    await comesToRest(srf)
  })

  it('fails for an answer without Contact, and the engine ends that call', async () => {
    const { srf, bob } = await calling()
    const call = srf.createUAC(bob.uri, { localSdp: sdp() })
    const invite = await bob.requestThat('INVITE')
    const ok = bob.taggedAnswer(invite, 200, {}, sdp(), 'b')
    ok.remove('contact')
    bob.send(ok)
    const failure = await call.catch((error: SipFailure) => error)
    expect((failure as SipFailure).status).toBe(500)
    bob.answer(await bob.requestThat('BYE'), 200)
  })
})

describe('a dialog', () => {
  it('is found by its id and by Call-ID and tag until it ends', async () => {
    const { srf, bob } = await calling()
    const { dialog } = await answered(srf, bob)
    expect(srf.findDialogById(dialog.id)).toBe(dialog)
    const { callId, localTag } = dialog.sip
    expect(srf.findDialogByCallIDAndFromTag(callId, localTag)).toBe(dialog)
    const destroyed = dialog.destroy({ headers: { 'X-Why': 'enough' } })
    const bye = await bob.requestThat('BYE')
    expect(bye.get('x-why')).toBe('enough')
    bob.answer(bye, 200)
    await destroyed
    expect(srf.findDialogById(dialog.id)).toBeUndefined()
    await comesToRest(srf)
  })

  it('modify changes the session, holds and takes up again', async () => {
    const { srf, bob } = await calling()
    const { dialog } = await answered(srf, bob)
    const steps: readonly [string, RegExp][] = [
      [sdp(4002), /m=audio 4002/],
      ['hold', /a=inactive/],
      ['unhold', /a=sendrecv/],
    ]
    for (const [order, expected] of steps) {
      const modified = dialog.modify(order)
      const invite = await bob.requestThat('INVITE')
      expect(invite.body.toString()).toMatch(expected)
      bob.answer(invite, 200, {}, sdp(6002))
      await bob.requestThat('ACK')
      expect(await modified).toBe(sdp(6002))
    }
    await comesToRest(srf)
  })

  it('modify without a description leaves the ACK to the application', async () => {
    const { srf, bob } = await calling()
    const { dialog } = await answered(srf, bob)
    const modified = dialog.modify({ noAck: true } as never) as unknown as Promise<{
      readonly sdp: string
      ack(sdp: string): void
    }>
    const invite = await bob.requestThat('INVITE')
    expect(invite.body.length).toBe(0)
    bob.answer(invite, 200, {}, sdp(6002))
    const offer = await modified
    expect(offer.sdp).toBe(sdp(6002))
    offer.ack(sdp(4004))
    expect((await bob.requestThat('ACK')).body.toString()).toBe(sdp(4004))
  })

  it('modify that is refused fails with the status', async () => {
    const { srf, bob } = await calling()
    const { dialog } = await answered(srf, bob)
    const modified = dialog.modify(sdp(4002)).catch((error: SipFailure) => error)
    bob.answer(await bob.requestThat('INVITE'), 488)
    expect((await modified) as unknown as SipFailure).toMatchObject({ status: 488 })
    await bob.requestThat('ACK')
    expect(dialog.connected).toBe(true)
  })

  it('that the far end has just ended fails requests with ENODIALOG', async () => {
    const { srf, bob } = await calling()
    const { dialog, invite, ok } = await answered(srf, bob)
    const destroyed = later<void>()
    dialog.on('destroy', () => destroyed.resolve())
    bob.asCallee(invite, ok, 'BYE')
    await bob.responseThat([200, 'BYE'])
    await destroyed.promise
    const failure = await dialog.request({ method: 'INFO' }).catch((error: SipFailure) => error)
    expect((failure as SipFailure).code).toBe('ENODIALOG')
  })

  it.each(['INFO', 'MESSAGE', 'UPDATE', 'OPTIONS', 'NOTIFY'] as const)(
    'sends %s with a body',
    async (method) => {
      const { srf, bob } = await calling()
      const { dialog } = await answered(srf, bob)
      const headers = { 'Content-Type': 'text/plain', 'X-App': '1' }
      const done = dialog.request({ method, headers, body: 'grüß' })
      const request = await bob.requestThat(method)
      expect([request.body.toString(), request.get('x-app')]).toEqual(['grüß', '1'])
      bob.answer(request, 202)
      expect((await done).status).toBe(202)
      await comesToRest(srf)
    },
  )

  it('transfers: REFER, its 202, and the NOTIFYs about it', async () => {
    const { srf, bob } = await calling()
    const { dialog, invite, ok } = await answered(srf, bob)
    const heard = later<string>()
    dialog.on('notify', (request, response) => {
      response.send(200)
      heard.resolve(request.body)
    })
    const referred = dialog.request({ method: 'REFER', headers: { 'Refer-To': '<sip:carol@far.example>' } })
    const refer = await bob.requestThat('REFER')
    expect(refer.get('refer-to')).toBe('<sip:carol@far.example>')
    expect(refer.contacts.length).toBe(1)
    bob.answer(refer, 202)
    expect((await referred).status).toBe(202)
    const headers = { Event: 'refer', 'Subscription-State': 'terminated', 'Content-Type': 'message/sipfrag' }
    bob.asCallee(invite, ok, 'NOTIFY', headers, 'SIP/2.0 200 OK')
    await bob.responseThat([200, 'NOTIFY'])
    expect(await heard.promise).toContain('200 OK')
    expect(srf.findDialogById(dialog.id)).toBe(dialog)
  })
})
