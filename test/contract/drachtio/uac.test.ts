import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { within } from '../../support/within.ts'
import { onOurEngine } from './server-under-test.ts'
import {
  type App,
  type CallOptions,
  type Message,
  type Request,
  replyTo,
  type SipFailure,
  sdp,
} from './srf.ts'
import { fastTimers, later, stage } from './stage.ts'

async function callingStage(settings?: Parameters<typeof stage>[0]) {
  const { app, phone, ...rest } = await stage(settings)
  return { srf: await app(), callee: await phone('bob'), app, phone, ...rest }
}

/** The failure that a call ends with. */
const failureOf = (call: Promise<unknown>): Promise<SipFailure> =>
  call.then(
    () => Promise.reject(new Error('the call was answered')),
    (error: SipFailure) => error,
  )

/** A call that is cancelled with `headers` as soon as `when` resolves. */
function cancellable(srf: App, uri: string, options: CallOptions = { localSdp: sdp() }) {
  const sent = later<Request>()
  const call = srf.createUAC(uri, options, { cbRequest: (_, request) => sent.resolve(request) })
  return { call, sent: sent.promise }
}

describe('a call of an application', () => {
  it('goes out complete, and its answer makes a dialog', async () => {
    const { srf, callee, server } = await callingStage()
    const call = srf.createUAC(callee.uri, {
      localSdp: sdp(),
      headers: { from: '"Zoë" <sip:200@localhost>', contact: 'sip:200@localhost', 'x-colour': 'Grün' },
    })
    const invite = await callee.requestThat('INVITE')
    const here = `127.0.0.1:${server.sip.port}`
    expect(invite.uri).toBe(callee.uri)
    expect(invite.get('from')).toMatch(new RegExp(`^"Zoë" <sip:200@${here}>;tag=\\w+$`))
    expect(invite.get('to')).toBe(`<${callee.uri}>`)
    expect(invite.contacts[0]?.uri).toBe(`sip:200@${here}`)
    expect(invite.maxForwards).toBe(70)
    expect(invite.get('content-type')).toBe('application/sdp')
    expect(invite.headerLines().find(({ key }) => key === 'x-colour')).toMatchObject({
      name: 'X-Colour',
      value: 'Grün',
    })
    const ok = callee.answer(invite, 200, {}, sdp(6000))
    const ack = await callee.requestThat('ACK')
    expect(ack.uri).toBe(callee.uri)
    expect(ack.cseq).toEqual({ number: invite.cseq.number, method: 'ACK' })
    const dialog = await call
    expect(dialog.id).toBe(`${invite.callId};from-tag=${invite.from.tag}`)
    expect(dialog.sip.remoteTag).toBe(ok.to.tag)
    expect(dialog.remote.sdp).toBe(sdp(6000))
  })

  it('reports ringing but not 100', async () => {
    const { srf, callee } = await callingStage()
    const heard: number[] = []
    const call = srf.createUAC(
      callee.uri,
      { localSdp: sdp() },
      { cbProvisional: ({ status }) => heard.push(status) },
    )
    const invite = await callee.requestThat('INVITE')
    for (const status of [100, 180, 183]) callee.answer(invite, status)
    callee.answer(invite, 200, {}, sdp())
    await call
    expect(heard).toEqual([180, 183])
  })

  it('that is refused is acknowledged by the server', async () => {
    const { srf, callee } = await callingStage()
    const failure = failureOf(srf.createUAC(callee.uri, { localSdp: sdp() }))
    const invite = await callee.requestThat('INVITE')
    callee.answer(invite, 486)
    const ack = await callee.requestThat('ACK')
    expect(ack.topVia.branch).toBe(invite.topVia.branch)
    expect((await failure).status).toBe(486)
    // The application's own ACK was answered NOK: nothing of it may reach the callee.
    const reply = replyTo(srf, callee.uri, { method: 'OPTIONS' })
    callee.answer(await callee.requestThat('OPTIONS'), 200)
    await reply
    expect(callee.count('ACK')).toBe(1)
  })

  it('follows the record route of the callee', async () => {
    const { srf, callee, phone } = await callingStage()
    const proxy = await phone('proxy')
    const call = srf.createUAC(callee.uri, { localSdp: sdp() })
    const invite = await callee.requestThat('INVITE')
    const routes = [`<sip:127.0.0.1:${callee.port};lr>`, `<sip:127.0.0.1:${proxy.port};lr>`]
    callee.answer(invite, 200, { 'Record-Route': routes.join(', ') }, sdp())
    const ack = await proxy.requestThat('ACK')
    expect(ack.uri).toBe(callee.uri)
    expect(ack.values('route')).toEqual(routes.reverse())
    await call
  })

  it.runIf(onOurEngine('more than drachtio-server promises'))(
    'acknowledges again when the answer comes again',
    async () => {
      const { srf, callee } = await callingStage()
      const call = srf.createUAC(callee.uri, { localSdp: sdp() })
      const ok = callee.answer(await callee.requestThat('INVITE'), 200, {}, sdp())
      await callee.requestThat('ACK')
      callee.send(ok)
      await callee.requestThat('ACK')
      await call
    },
  )

  it('ends the second fork that answers', async () => {
    const { srf, callee } = await callingStage()
    const call = srf.createUAC(callee.uri, { localSdp: sdp() })
    const invite = await callee.requestThat('INVITE')
    callee.answer(invite, 180, {}, '', 'fork-1')
    callee.answer(invite, 180, {}, '', 'fork-2')
    callee.answer(invite, 200, {}, sdp(), 'fork-2')
    expect((await callee.requestThat('ACK')).to.tag).toBe('fork-2')
    const dialog = await call
    expect(dialog.sip.remoteTag).toBe('fork-2')
    callee.answer(invite, 200, {}, sdp(), 'fork-1')
    expect((await callee.requestThat('ACK')).to.tag).toBe('fork-1')
    const bye = await callee.requestThat('BYE')
    expect(bye.to.tag).toBe('fork-1')
    callee.answer(bye, 200)
    expect(dialog.connected).toBe(true)
  })

  it('is hung up by the callee', async () => {
    const { srf, callee } = await callingStage()
    const call = srf.createUAC(callee.uri, { localSdp: sdp() })
    const invite = await callee.requestThat('INVITE')
    const ok = callee.answer(invite, 200, {}, sdp())
    const dialog = await call
    const ended = new Promise<Message>((resolve) => dialog.on('destroy', resolve))
    callee.asCallee(invite, ok, 'BYE')
    await callee.responseThat([200, 'BYE'])
    await within(2_000, 'the end', ended)
  })

  it('is hung up by the application', async () => {
    const { srf, callee } = await callingStage()
    const call = srf.createUAC(callee.uri, { localSdp: sdp() })
    const invite = await callee.requestThat('INVITE')
    callee.answer(invite, 200, {}, sdp())
    const ended = (await call).destroy()
    const bye = await callee.requestThat('BYE')
    expect(bye.cseq.number).toBe(invite.cseq.number + 1)
    callee.answer(bye, 200)
    await ended
  })

  it('without an offer takes the callee’s and answers it in the ACK', async () => {
    const { srf, callee } = await callingStage()
    const call = srf.createUAC(callee.uri, { noAck: true }) as unknown as Promise<{
      sdp: string
      ack(answer: string): Promise<unknown>
    }>
    callee.answer(await callee.requestThat('INVITE'), 200, {}, sdp(6000))
    const offered = await call
    expect(offered.sdp).toBe(sdp(6000))
    void offered.ack(sdp(6002))
    const ack = await callee.requestThat('ACK')
    expect(ack.body.toString()).toBe(sdp(6002))
    expect(ack.get('content-type')).toBe('application/sdp')
  })

  it('answers a challenge with the same Call-ID and the next number', async () => {
    const { srf, callee } = await callingStage()
    const call = srf.createUAC(callee.uri, { localSdp: sdp(), auth: { username: 'bob', password: 'pass' } })
    const first = await callee.requestThat('INVITE')
    callee.answer(first, 407, { 'Proxy-Authenticate': 'Digest realm="here", nonce="abc", algorithm=MD5' })
    await callee.requestThat('ACK')
    const second = await callee.requestThat('INVITE')
    expect(second.callId).toBe(first.callId)
    expect(second.from.tag).toBe(first.from.tag)
    expect(second.cseq.number).toBe(first.cseq.number + 1)
    expect(second.get('proxy-authorization')).toContain(`response="${digest('bob', 'pass', callee.uri)}"`)
    callee.answer(second, 200, {}, sdp())
    const ack = await callee.requestThat('ACK')
    expect(ack.get('proxy-authorization')).toBe(second.get('proxy-authorization'))
    await call
  })

  it('sends a PRACK for a reliable provisional response, once and in order', async () => {
    const { srf, callee } = await callingStage()
    const heard: string[] = []
    const call = srf.createUAC(
      callee.uri,
      { localSdp: sdp(), headers: { Supported: '100rel' } },
      { cbProvisional: (response) => heard.push(response.get('rseq')) },
    )
    const invite = await callee.requestThat('INVITE')
    const reliable = { Require: '100rel', RSeq: '7' }
    const progress = callee.answer(invite, 183, reliable, sdp())
    const prack = await callee.requestThat('PRACK')
    expect(prack.get('rack')).toBe(`7 ${invite.cseq.number} INVITE`)
    expect(prack.uri).toBe(callee.uri)
    callee.send(progress)
    callee.answer(invite, 183, { ...reliable, RSeq: '9' })
    callee.answer(prack, 200)
    callee.answer(invite, 200, {}, sdp())
    await callee.requestThat('ACK')
    await call
    expect(heard).toEqual(['7'])
    expect(callee.count('PRACK')).toBe(1)
  })

  it('goes to the proxy that the application names', async () => {
    const { srf, callee } = await callingStage()
    const call = srf.createUAC('sip:bob@far.example', {
      localSdp: sdp(),
      proxy: `sip:127.0.0.1:${callee.port}`,
    })
    const invite = await callee.requestThat('INVITE')
    expect(invite.uri).toBe('sip:bob@far.example')
    callee.answer(invite, 200, {}, sdp())
    await call
  })

  it.runIf(onOurEngine('shorter timers'))('that nobody answers ends with 408', async () => {
    const { srf, callee } = await callingStage(fastTimers)
    expect((await failureOf(srf.createUAC(callee.uri, { localSdp: sdp() }))).status).toBe(408)
    expect(callee.count('INVITE')).toBeGreaterThan(3)
  })

  it('to a name that leads nowhere ends with 503', async () => {
    const { srf } = await callingStage()
    const call = srf.createUAC('sip:bob@nowhere.invalid', { localSdp: sdp() })
    expect((await failureOf(call)).status).toBe(503)
  })

  it('that crosses another of its own in the dialog ends with 491, and disturbs nothing', async () => {
    const { srf, callee } = await callingStage()
    const call = srf.createUAC(callee.uri, { localSdp: sdp() })
    callee.answer(await callee.requestThat('INVITE'), 200, {}, sdp())
    const dialog = await call
    const first = dialog.request({ method: 'INVITE', body: sdp() })
    const second = dialog.request({ method: 'INVITE', body: sdp() })
    const third = dialog.request({ method: 'INVITE', body: sdp() })
    expect((await second).status).toBe(491)
    expect((await third).status).toBe(491)
    callee.answer(await callee.requestThat('INVITE'), 200, {}, sdp())
    expect((await first).status).toBe(200)
    expect(callee.count('INVITE')).toBe(2)
  })

  it('to the server itself is refused', async () => {
    const { srf, server } = await callingStage()
    const call = srf.createUAC(`sip:bob@127.0.0.1:${server.sip.port}`, { localSdp: sdp() })
    expect((await failureOf(call)).message).toBe('can not send request to myself')
  })

  it('with a body of unknown type is refused', async () => {
    const { srf, callee } = await callingStage()
    expect((await failureOf(srf.createUAC(callee.uri, { localSdp: 'hello' }))).message).toBe(
      'missing content-type',
    )
  })

  it('of an application that has gone is declined when it is answered', async () => {
    const { srf, callee, leave } = await callingStage()
    void srf.createUAC(callee.uri, { localSdp: sdp() }).catch(() => undefined)
    const invite = await callee.requestThat('INVITE')
    callee.answer(invite, 180)
    leave(srf)
    const cancel = await callee.requestThat('CANCEL')
    callee.answer(cancel, 200)
    callee.answer(invite, 200, {}, sdp())
    await callee.requestThat('ACK')
    callee.answer(await callee.requestThat('BYE'), 200)
  })
})

describe('cancelling a call', () => {
  it('waits for the first provisional response and takes headers along', async () => {
    const { srf, callee } = await callingStage()
    const { call, sent } = cancellable(srf, callee.uri)
    const failure = failureOf(call)
    const invite = await callee.requestThat('INVITE')
    ;(await sent).cancel({ headers: { Reason: 'SIP;cause=200', 'X-Why': 'elsewhere' } })
    callee.answer(invite, 180)
    const cancel = await callee.requestThat('CANCEL')
    expect(cancel.topVia.branch).toBe(invite.topVia.branch)
    expect(cancel.get('reason')).toBe('SIP;cause=200')
    expect(cancel.get('x-why')).toBe('elsewhere')
    callee.answer(cancel, 200)
    callee.answer(invite, 487)
    await callee.requestThat('ACK')
    expect((await failure).status).toBe(487)
  })

  it('that comes too late ends the call with a BYE that the application hears of', async () => {
    const { srf, callee } = await callingStage()
    const { call, sent } = cancellable(srf, callee.uri)
    const invite = await callee.requestThat('INVITE')
    callee.answer(invite, 180)
    ;(await sent).cancel()
    const cancel = await callee.requestThat('CANCEL')
    callee.answer(invite, 200, {}, sdp())
    callee.answer(cancel, 481)
    const dialog = await call
    const ended = new Promise<string | undefined>((resolve) => dialog.on('destroy', (_, why) => resolve(why)))
    await callee.requestThat('ACK')
    callee.answer(await callee.requestThat('BYE'), 200)
    expect(await within(2_000, 'the unsolicited BYE', ended)).toContain('cancel race')
  })

  it('of something unknown is refused', async () => {
    const { srf, callee } = await callingStage()
    await expect(srf.request(callee.uri, { method: 'CANCEL' })).rejects.toThrow(
      'unable to cancel unknown transaction',
    )
  })
})

describe('a request of an application outside a dialog', () => {
  it.each(['OPTIONS', 'MESSAGE', 'REGISTER', 'INFO', 'NOTIFY', 'REFER', 'PUBLISH'])('%s', async (method) => {
    const { srf, callee } = await callingStage()
    const headers = { 'Content-Type': 'text/plain', To: '<sip:somebody@far.example>' }
    const reply = replyTo(srf, callee.uri, { method, headers, body: 'hello' })
    const request = await callee.requestThat(method)
    expect(request.get('to')).toBe('<sip:somebody@far.example>')
    expect(request.body.toString()).toBe('hello')
    callee.answer(request, 202, { 'X-Heard': method })
    const response = await reply
    expect(response.status).toBe(202)
    expect(response.get('X-Heard')).toBe(method)
  })

  it.runIf(onOurEngine('shorter timers'))('that nobody answers ends with 408', async () => {
    const { srf, callee } = await callingStage(fastTimers)
    expect((await replyTo(srf, callee.uri, { method: 'OPTIONS' })).status).toBe(408)
  })

  it('to a name that leads nowhere ends with 503', async () => {
    const { srf } = await callingStage()
    const reply = await replyTo(srf, 'sip:bob@nowhere.invalid', { method: 'OPTIONS' })
    expect(reply.status).toBe(503)
  })

  it.runIf(onOurEngine('a second server'))(
    'leaves by TCP when its URI says so, and says so in its Contact',
    async () => {
      const { app, server } = await stage()
      const { app: otherApp, server: other } = await stage()
      const heard = later<Request>()
      await otherApp((self) =>
        self.invite((request, response) => {
          heard.resolve(request)
          response.send(486)
        }),
      )
      const srf = await app()
      const uri = `sip:bob@127.0.0.1:${other.sip.tcpPort};transport=tcp`
      const failure = failureOf(
        srf.createUAC(uri, { localSdp: sdp(), headers: { contact: 'sip:me@localhost' } }),
      )
      const request = await within(2_000, 'the INVITE', heard.promise)
      expect(request.get('Via')).toContain('SIP/2.0/TCP')
      expect(request.get('Contact')).toMatch(/^<sip:me@127\.0\.0\.1:\d+;transport=tcp>$/)
      expect(request.get('To')).toBe(`<sip:bob@127.0.0.1:${other.sip.tcpPort}>`)
      expect((await failure).status).toBe(486)
      expect(server.errors).toEqual([])
    },
  )
})

function digest(username: string, password: string, uri: string): string {
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
  return md5(`${md5(`${username}:here:${password}`)}:abc:${md5(`INVITE:${uri}`)}`)
}
