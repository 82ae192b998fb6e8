import { describe, expect, it } from 'vitest'
import { eventually, within } from '../../support/within.ts'
import { onOurEngine } from './server-under-test.ts'
import { type Dialog, type Message, type Request, type Response, sdp } from './srf.ts'
import { fastTimers, later, stage } from './stage.ts'

/** An application that answers every call, and the dialogs it got. */
async function answeringStage(settings?: Parameters<typeof stage>[0]) {
  const { app, phone, ...rest } = await stage(settings)
  const answered = later<Dialog>()
  const srf = await app((self) =>
    self.invite(async (request, response) => {
      answered.resolve(await self.createUAS(request, response, { localSdp: sdp(5000) }))
    }),
  )
  return { srf, caller: await phone('alice'), answered: answered.promise, app, phone, ...rest }
}

describe('a call to an application', () => {
  it('is answered with a tag, a Contact and the session description', async () => {
    const { caller, answered, server } = await answeringStage()
    const invite = caller.invite()
    const ok = await caller.responseThat(200)
    caller.inDialog(invite, ok, 'ACK')
    const dialog = await answered
    expect(ok.to.tag).toBe(dialog.sip.localTag)
    expect(ok.contacts[0]?.uri).toBe(`sip:127.0.0.1:${server.sip.port}`)
    expect(ok.get('content-type')).toBe('application/sdp')
    expect(ok.body.toString()).toBe(sdp(5000))
    expect(dialog.id).toBe(`${invite.callId};from-tag=${invite.from.tag}`)
    expect(dialog.remote.uri).toBe(caller.uri)
  })

  it('tells the application where it came from and where to', async () => {
    const { app, phone, server } = await stage()
    const seen = later<Request>()
    await app((self) =>
      self.invite((request, response) => {
        seen.resolve(request)
        response.send(486)
      }),
    )
    const caller = await phone('alice')
    const invite = caller.invite({ 'X-Colour': 'Grün' })
    const request = await seen.promise
    expect(request.source_address).toBe('127.0.0.1')
    expect(request.source_port).toBe(caller.port)
    expect(request.receivedOn).toBe(`127.0.0.1:${server.sip.port}`)
    expect(request.get('X-Colour')).toBe('Grün')
    expect(request.get('Via')).toContain(`rport=${caller.port}`)
    caller.refusalAck(invite, await caller.responseThat(486))
  })

  it('delivers the ACK, and its body, to the dialog', async () => {
    const { caller, answered } = await answeringStage()
    const invite = caller.invite({}, '')
    const ok = await caller.responseThat(200)
    const dialog = await answered
    const acknowledged = new Promise<Message>((resolve) => dialog.on('ack', resolve))
    caller.inDialog(invite, ok, 'ACK', {}, sdp(6000))
    expect((await within(2_000, 'the ACK', acknowledged)).body).toBe(sdp(6000))
  })

  it('ends when the caller hangs up', async () => {
    const { caller, answered } = await answeringStage()
    const invite = caller.invite()
    const ok = await caller.responseThat(200)
    caller.inDialog(invite, ok, 'ACK')
    const dialog = await answered
    const ended = new Promise<Message>((resolve) => dialog.on('destroy', resolve))
    caller.inDialog(invite, ok, 'BYE')
    expect((await within(2_000, 'the end', ended)).method).toBe('BYE')
    await caller.responseThat([200, 'BYE'])
    caller.inDialog(invite, ok, 'INFO')
    await caller.responseThat([481, 'INFO'])
  })

  it('ends when the application hangs up', async () => {
    const { caller, answered } = await answeringStage()
    const invite = caller.invite()
    const ok = await caller.responseThat(200)
    caller.inDialog(invite, ok, 'ACK')
    const ended = (await answered).destroy({ headers: { 'X-Why': 'enough' } })
    const bye = await caller.requestThat('BYE')
    expect(bye.uri).toBe(caller.uri)
    expect(bye.get('x-why')).toBe('enough')
    expect(bye.from.tag).toBe(ok.to.tag)
    caller.answer(bye, 200)
    await ended
  })

  it('follows the record route of the caller', async () => {
    const { caller, answered, phone } = await answeringStage()
    const proxy = await phone('proxy')
    const invite = caller.invite({ 'Record-Route': `<sip:127.0.0.1:${proxy.port};lr>` })
    const ok = await caller.responseThat(200)
    expect(ok.get('record-route')).toBe(`<sip:127.0.0.1:${proxy.port};lr>`)
    caller.inDialog(invite, ok, 'ACK', { Route: `<sip:127.0.0.1:${caller.port};lr>` })
    const dialog = await answered
    void dialog.destroy()
    const bye = await proxy.requestThat('BYE')
    expect(bye.uri).toBe(caller.uri)
    expect(bye.get('route')).toBe(`<sip:127.0.0.1:${proxy.port};lr>`)
    proxy.answer(bye, 200)
  })

  it('is refused, and the ACK for it is kept from the application', async () => {
    const { app, phone } = await stage()
    const methods: string[] = []
    await app((self) => {
      self.use('ack', (request) => methods.push(request.method))
      self.invite((_, response) => response.send(486, { headers: { 'x-app': 'yes' } }))
    })
    const caller = await phone('alice')
    const invite = caller.invite()
    const busy = await caller.responseThat(486)
    expect(busy.headerLines().find(({ key }) => key === 'x-app')?.name).toBe('X-App')
    caller.refusalAck(invite, busy)
    caller.send(caller.request('OPTIONS'))
    await caller.responseThat(503)
    expect(methods).toEqual([])
  })

  it('is offered once, however often the INVITE comes', async () => {
    const { app, phone } = await stage()
    let offers = 0
    await app((self) =>
      self.invite((_, response) => {
        offers++
        response.send(180)
      }),
    )
    const caller = await phone('alice')
    const invite = caller.invite()
    await caller.responseThat(180)
    caller.send(invite)
    await caller.countReaches(180, 2)
    expect(offers).toBe(1)
    const cancel = caller.cancel(invite)
    expect(cancel.callId).toBe(invite.callId)
    caller.refusalAck(invite, await caller.responseThat(487))
  })

  it.runIf(onOurEngine('more than drachtio-server promises'))(
    'that comes by two paths is offered once, but for two users twice',
    async () => {
      const { app, phone } = await stage()
      const ids: string[] = []
      await app((self) =>
        self.invite((_, response) => {
          response.send(183, {}, () => ids.push(response.stackDialogId))
        }),
      )
      const caller = await phone('alice')
      const invite = caller.invite()
      await caller.responseThat(183)
      const again = invite.clone()
      again.set('Via', caller.via())
      caller.send(again)
      caller.refusalAck(again, await caller.responseThat(482))
      const other = invite.clone()
      other.set('Via', caller.via())
      other.uri = invite.uri.replace('service', 'other')
      caller.send(other)
      await caller.responseThat(183)
      const usual = `${invite.callId};from-tag=${invite.from.tag}`
      await eventually(2_000, 'both answers', () => ids.length === 2)
      expect(ids).toEqual([usual, `${usual};2`])
      for (const pending of [invite, other]) {
        caller.cancel(pending)
        caller.refusalAck(pending, await caller.responseThat(487))
      }
    },
  )

  it.runIf(onOurEngine('more than drachtio-server promises')).each([
    ['MESSAGE', 1, 482],
    ['OPTIONS', 2, 200],
  ] as const)(
    '%s by two paths is offered %d time(s), the second path hears %d',
    async (method, times, second) => {
      const { app, phone } = await stage()
      let offers = 0
      await app((self) =>
        self[method === 'MESSAGE' ? 'message' : 'options']((_: Request, response: Response) => {
          offers++
          response.send(200)
        }),
      )
      const alice = await phone('alice')
      const request = alice.request(method)
      alice.send(request)
      await alice.responseThat([200, method])
      const again = request.clone()
      again.set('Via', alice.via())
      alice.send(again)
      await (second === 200 ? alice.countReaches(200, 2) : alice.responseThat([second, method]))
      expect(offers).toBe(times)
    },
  )

  it('is cancelled by the caller: the server answers for the application', async () => {
    const { app, phone } = await stage()
    const offered = later<{ request: Request; response: Response }>()
    const refusal = later<unknown>()
    await app((self) =>
      self.invite((request, response) => {
        request.on('cancel', () => response.send(487, {}, (error) => refusal.resolve(error)))
        response.send(180)
        offered.resolve({ request, response })
      }),
    )
    const caller = await phone('alice')
    const invite = caller.invite()
    const ringing = await caller.responseThat(180)
    caller.cancel(invite)
    await caller.responseThat([200, 'CANCEL'])
    const terminated = await caller.responseThat(487)
    expect(terminated.to.tag).toBe(ringing.to.tag)
    caller.refusalAck(invite, terminated)
    expect(await within(2_000, 'the NOK', refusal.promise)).toBe(
      'Response not sent due to unknown transaction',
    )
  })

  it('is not touched by a CANCEL that comes after the answer', async () => {
    const { caller, answered } = await answeringStage()
    const invite = caller.invite()
    const ok = await caller.responseThat(200)
    await answered
    caller.cancel(invite)
    await caller.responseThat([200, 'CANCEL'])
    caller.inDialog(invite, ok, 'ACK')
    caller.inDialog(invite, ok, 'BYE')
    await caller.responseThat([200, 'BYE'])
    expect(caller.count(487)).toBe(0)
  })

  it.runIf(onOurEngine('shorter timers'))('repeats the answer until the ACK comes', async () => {
    const { caller, answered } = await answeringStage(fastTimers)
    const invite = caller.invite()
    const ok = await caller.responseThat(200)
    await answered
    await caller.countReaches(200, 3)
    caller.inDialog(invite, ok, 'ACK')
    caller.inDialog(invite, ok, 'BYE')
    await caller.responseThat([200, 'BYE'])
    expect(caller.count([200, 'INVITE'])).toBeLessThan(6)
  })

  it.runIf(onOurEngine('shorter timers'))(
    'ends with a BYE that the application hears of when the ACK never comes',
    async () => {
      const { caller, answered } = await answeringStage(fastTimers)
      caller.invite()
      const dialog = await answered
      const ended = new Promise<string | undefined>((resolve) =>
        dialog.on('destroy', (_, why) => resolve(why)),
      )
      const bye = await caller.requestThat('BYE')
      expect(bye.get('reason')).toBe('SIP;cause=200;text="ACK timeout"')
      expect(await within(2_000, 'the unsolicited BYE', ended)).toBe('ACK timeout')
    },
  )

  it.runIf(onOurEngine('shorter timers'))(
    'tells the application that the call is over even if the BYE has nowhere to go',
    async () => {
      const { caller, answered } = await answeringStage(fastTimers)
      caller.invite({ Contact: '<sip:eve@nowhere.test>' })
      const dialog = await answered
      const ended = new Promise<string | undefined>((resolve) =>
        dialog.on('destroy', (_, why) => resolve(why)),
      )
      expect(await within(4_000, 'the unsolicited BYE', ended)).toBe('ACK timeout')
    },
  )

  it('holds back the application’s BYE until the ACK has come', async () => {
    const { caller, answered } = await answeringStage()
    const invite = caller.invite()
    const ok = await caller.responseThat(200)
    const ended = (await answered).destroy()
    caller.send(caller.request('OPTIONS'))
    await caller.responseThat(503)
    expect(caller.count('BYE')).toBe(0)
    caller.inDialog(invite, ok, 'ACK')
    caller.answer(await caller.requestThat('BYE'), 200)
    await ended
  })

  it.runIf(onOurEngine('shorter timers'))('gets 408 when the application says nothing at all', async () => {
    const { app, phone } = await stage({ ...fastTimers, applicationSilenceMs: 400 })
    const cancelled = later<Message>()
    await app((self) => self.invite((request) => void request.on('cancel', cancelled.resolve)))
    const caller = await phone('alice')
    const invite = caller.invite()
    await caller.responseThat(100)
    caller.refusalAck(invite, await caller.responseThat(408))
    await within(2_000, 'the application to be told', cancelled.promise)
  })

  it.runIf(onOurEngine('more than drachtio-server promises'))(
    'gets 503 when the application disconnects before it answers',
    async () => {
      const { app, phone, leave } = await stage()
      const srf = await app((self) => self.invite((_, response) => response.send(180)))
      const caller = await phone('alice')
      const invite = caller.invite()
      await caller.responseThat(180)
      leave(srf)
      caller.refusalAck(invite, await caller.responseThat(503))
    },
  )
})

describe('a reliable provisional response', () => {
  it('gets an RSeq, is repeated until PRACK, and the PRACK reaches the application', async () => {
    const { app, phone } = await stage()
    const pracked = later<Message>()
    const answer = later<() => void>()
    await app((self) =>
      self.invite((_, response) => {
        const headers = { Require: '100rel', RSeq: '42' }
        response.send(183, { headers, body: sdp() }, () => undefined, pracked.resolve)
        answer.resolve(() => response.send(200, { body: sdp() }))
      }),
    )
    const caller = await phone('alice')
    const invite = caller.invite({ Supported: '100rel' })
    const progress = await caller.responseThat(183)
    const sequence = progress.get('rseq')
    expect(sequence).toMatch(/^\d+$/)
    await caller.countReaches(183, 2)
    caller.inDialog(invite, progress, 'PRACK', { RAck: `${sequence} 1 INVITE` })
    await caller.responseThat([200, 'PRACK'])
    expect((await within(2_000, 'the PRACK', pracked.promise)).method).toBe('PRACK')
    caller.inDialog(invite, progress, 'PRACK', { RAck: `${sequence} 1 INVITE` })
    await caller.responseThat([481, 'PRACK'])
    ;(await answer.promise)()
    caller.inDialog(invite, await caller.responseThat([200, 'INVITE']), 'ACK')
  })

  it('is refused when the caller does not know them', async () => {
    const { app, phone } = await stage()
    const refusal = later<unknown>()
    await app((self) =>
      self.invite((_, response) => {
        response.send(183, { headers: { Require: '100rel' } }, (error) => {
          refusal.resolve(error)
          response.send(486)
        })
      }),
    )
    const caller = await phone('alice')
    const invite = caller.invite()
    expect(await within(2_000, 'the NOK', refusal.promise)).toBe('Remote endpoint does not support 100rel')
    caller.refusalAck(invite, await caller.responseThat(486))
  })

  it.runIf(onOurEngine('shorter timers'))('that is never acknowledged fails the call', async () => {
    const { app, phone } = await stage(fastTimers)
    await app((self) => self.invite((_, response) => response.send(183, { headers: { Require: '100rel' } })))
    const caller = await phone('alice')
    const invite = caller.invite({ Supported: '100rel' })
    caller.refusalAck(invite, await caller.responseThat(504))
  })
})

describe('requests in a dialog', () => {
  async function call() {
    const { caller, answered, ...rest } = await answeringStage()
    const invite = caller.invite()
    const ok = await caller.responseThat(200)
    caller.inDialog(invite, ok, 'ACK')
    return { caller, invite, ok, dialog: await answered, ...rest }
  }

  it('a re-INVITE is answered by the application and acknowledged', async () => {
    const { caller, invite, ok, dialog } = await call()
    dialog.on('modify', (_, response) => response.send(200, { body: sdp(5002) }))
    const again = caller.inDialog(invite, ok, 'INVITE', {}, sdp(4002))
    const changed = await caller.responseThat([200, 'INVITE'])
    expect(changed.body.toString()).toBe(sdp(5002))
    expect(changed.contacts).toHaveLength(1)
    const acknowledged = new Promise<Message>((resolve) => dialog.on('ack', resolve))
    caller.inDialog(again, changed, 'ACK')
    await within(2_000, 'the ACK', acknowledged)
  })

  it('a re-INVITE moves the remote target', async () => {
    const { caller, invite, ok, dialog, phone } = await call()
    const elsewhere = await phone('elsewhere')
    const again = caller.inDialog(invite, ok, 'INVITE', { Contact: `<${elsewhere.uri}>` }, sdp(4002))
    caller.inDialog(again, await caller.responseThat([200, 'INVITE']), 'ACK')
    const info = dialog.request({ method: 'INFO' })
    elsewhere.answer(await elsewhere.requestThat('INFO'), 200)
    expect((await info).status).toBe(200)
  })

  it('two re-INVITEs that cross are answered 491', async () => {
    const { caller, invite, ok, dialog } = await call()
    const modified = dialog.modify(sdp(5004))
    const theirs = await caller.requestThat('INVITE')
    const ours = caller.inDialog(invite, ok, 'INVITE', {}, sdp(4004))
    caller.refusalAck(ours, await caller.responseThat(491))
    caller.answer(theirs, 200, {}, sdp(4006), ok.from.tag)
    expect(await modified).toBe(sdp(4006))
    await caller.requestThat('ACK')
  })

  it.each(['INVITE', 'UPDATE'] as const)(
    'a second %s before the first is answered gets 500',
    async (method) => {
      const { caller, invite, ok, dialog } = await call()
      const asked = later<() => void>()
      const answer = (_: unknown, response: { send(status: number): void }) =>
        asked.resolve(() => response.send(488))
      dialog.on(method === 'INVITE' ? 'modify' : 'update', answer)
      const first = caller.inDialog(invite, ok, method, {}, sdp(4002))
      const refuseFirst = await within(2_000, 'the first', asked.promise)
      const second = caller.inDialog(invite, ok, method, {}, sdp(4004))
      const early = await caller.responseThat([500, method])
      expect(early.cseq.number).toBe(second.cseq.number)
      expect(Number(early.get('retry-after'))).toBeLessThanOrEqual(10)
      refuseFirst()
      expect((await caller.responseThat([488, method])).cseq.number).toBe(first.cseq.number)
    },
  )

  it.runIf(onOurEngine('more than drachtio-server promises'))(
    'an UPDATE whose offer crosses the application’s is answered 491',
    async () => {
      const { caller, invite, ok, dialog } = await call()
      const modified = dialog.modify(sdp(5004))
      const theirs = await caller.requestThat('INVITE')
      caller.inDialog(invite, ok, 'UPDATE', {}, sdp(4004))
      const crossing = await caller.responseThat([491, 'UPDATE'])
      expect(crossing.has('retry-after')).toBe(false)
      caller.answer(theirs, 200, {}, sdp(4006), ok.from.tag)
      expect(await modified).toBe(sdp(4006))
      await caller.requestThat('ACK')
    },
  )

  it.runIf(onOurEngine('more than drachtio-server promises'))(
    'a re-INVITE of the application waits for the one before, however often it tries',
    async () => {
      const { caller, ok, dialog } = await call()
      const first = dialog.modify(sdp(5004))
      const theirs = await caller.requestThat('INVITE')
      for (const port of [5006, 5008])
        expect((await dialog.request({ method: 'INVITE', body: sdp(port) })).status).toBe(491)
      // It may have come again.
      const invites = caller.received.filter((message) => message.isRequest && message.method === 'INVITE')
      expect(new Set(invites.map(({ cseq }) => cseq.number)).size).toBe(1)
      caller.answer(theirs, 200, {}, sdp(4006), ok.from.tag)
      await first
      await caller.requestThat('ACK')
    },
  )

  it.each(['INFO', 'UPDATE', 'REFER', 'MESSAGE', 'NOTIFY', 'OPTIONS'] as const)('%s', async (method) => {
    const { caller, invite, ok, dialog } = await call()
    const event = method.toLowerCase() as 'info'
    dialog.on(event, (request, response) => response.send(202, { headers: { 'X-Heard': request.method } }))
    caller.inDialog(invite, ok, method, { 'Content-Type': 'text/plain' }, 'hello')
    const response = await caller.responseThat([202, method])
    expect(response.get('x-heard')).toBe(method)
    expect(response.to.tag).toBe(ok.to.tag)
  })

  it('the application’s INFO, with what the caller answers to it', async () => {
    const { caller, dialog } = await call()
    const sent = dialog.request({ method: 'INFO', headers: { 'Content-Type': 'text/plain' }, body: 'ä' })
    const info = await caller.requestThat('INFO')
    expect(info.uri).toBe(caller.uri)
    expect(info.body.toString()).toBe('ä')
    caller.answer(info, 488)
    expect((await sent).status).toBe(488)
  })

  it('an old sequence number is refused', async () => {
    const { caller, invite, ok } = await call()
    caller.inDialog(invite, ok, 'INFO', { CSeq: '9 INFO' })
    await caller.responseThat([200, 'INFO'])
    caller.inDialog(invite, ok, 'INFO', { CSeq: '8 INFO' })
    await caller.responseThat([500, 'INFO'])
  })

  it('481 to the application’s re-INVITE ends the call on both sides', async () => {
    const { caller, dialog } = await call()
    const ended = new Promise<Message>((resolve) => dialog.on('destroy', resolve))
    const modified = dialog.modify(sdp(5004)).catch((error: { status: number }) => error.status)
    caller.answer(await caller.requestThat('INVITE'), 481)
    expect(await modified).toBe(481)
    caller.answer(await caller.requestThat('BYE'), 481)
    await within(2_000, 'the end', ended)
  })
})

describe('requests outside a dialog', () => {
  it.each(['OPTIONS', 'MESSAGE', 'REGISTER', 'PUBLISH', 'INFO', 'REFER', 'NOTIFY'])('%s', async (method) => {
    const { app, phone } = await stage()
    await app((self) =>
      self.use(method.toLowerCase(), (request, response) =>
        response.send(200, { headers: { 'X-Heard': request.method }, body: request.body }),
      ),
    )
    const caller = await phone('alice')
    caller.send(caller.request(method, { 'Content-Type': 'text/plain' }, 'hello'))
    const response = await caller.responseThat([200, method])
    expect(response.get('x-heard')).toBe(method)
    expect(response.body.toString()).toBe('hello')
    expect(response.to.tag).toBeDefined()
  })

  it.each(['BYE', 'UPDATE', 'PRACK'])('%s is answered 481', async (method) => {
    const { app, phone } = await stage()
    await app((self) => self.use(method.toLowerCase(), (_, response) => response.send(200)))
    const caller = await phone('alice')
    caller.send(caller.request(method))
    await caller.responseThat([481, method])
  })

  it('an INVITE with an unknown To tag is answered 481', async () => {
    const { caller } = await answeringStage()
    const invite = caller.invite({ To: '<sip:service@127.0.0.1>;tag=unknown' })
    caller.refusalAck(invite, await caller.responseThat(481))
  })

  it('a method that no application routed is answered 503, one that nobody knows 501', async () => {
    const { caller } = await answeringStage()
    caller.send(caller.request('OPTIONS'))
    await caller.responseThat([503, 'OPTIONS'])
    caller.send(caller.request('DANCE'))
    await caller.responseThat([501, 'DANCE'])
  })

  it('a malformed one is answered 400 and hurts nobody', async () => {
    const { caller, answered } = await answeringStage()
    const broken = caller.request('OPTIONS', { 'Max-Forwards': 'many' })
    caller.send(broken)
    await caller.responseThat(400)
    const invite = caller.invite()
    caller.inDialog(invite, await caller.responseThat(200), 'ACK')
    await answered
  })
})
