import { describe, expect, it } from 'vitest'
import { within } from '../../support/within.ts'
import type { Dialog, Message } from './srf.ts'
import { later, stage } from './stage.ts'

const event = { Event: 'presence', Expires: '600' }

describe('a subscription to an application', () => {
  it('is accepted, notified and ended by the application', async () => {
    const { app, phone } = await stage()
    const accepted = later<Dialog>()
    await app((self) =>
      self.subscribe(async (request, response) => {
        const headers = { Expires: '600' }
        accepted.resolve(await self.createUAS(request, response, { headers }))
      }),
    )
    const watcher = await phone('alice')
    watcher.send(watcher.request('SUBSCRIBE', event))
    const answer = await watcher.responseThat([202, 'SUBSCRIBE'])
    const dialog = await accepted.promise
    const headers = { Event: 'presence', 'Subscription-State': 'active', 'Content-Type': 'text/plain' }
    const notified = dialog.request({ method: 'NOTIFY', headers, body: 'open' })
    const notify = await watcher.requestThat('NOTIFY')
    expect(notify.uri).toBe(watcher.uri)
    expect(notify.from.tag).toBe(answer.to.tag)
    expect(notify.body.toString()).toBe('open')
    watcher.answer(notify, 200)
    expect((await notified).status).toBe(200)
    void dialog.destroy()
    const last = await watcher.requestThat('NOTIFY')
    expect(last.get('subscription-state')).toBe('terminated')
    watcher.answer(last, 200)
  })

  it('is accepted after a provisional response, which may not be sent (RFC 4320 §4.1)', async () => {
    const { app, phone } = await stage()
    const accepted = later<Dialog>()
    await app((self) =>
      self.subscribe((request, response) => {
        response.send(183, {}, () => self.createUAS(request, response, {}).then(accepted.resolve))
      }),
    )
    const watcher = await phone('alice')
    watcher.send(watcher.request('SUBSCRIBE', event))
    const answer = await watcher.responseThat([202, 'SUBSCRIBE'])
    const dialog = await accepted.promise
    const headers = { Event: 'presence', 'Subscription-State': 'active' }
    const notified = dialog.request({ method: 'NOTIFY', headers })
    const notify = await watcher.requestThat('NOTIFY')
    expect(notify.from.tag).toBe(answer.to.tag)
    watcher.answer(notify, 200)
    expect((await notified).status).toBe(200)
  })

  it('is refreshed and ended by the watcher', async () => {
    const { app, phone } = await stage()
    const accepted = later<Dialog>()
    const ended = later<void>()
    await app((self) =>
      self.subscribe(async (request, response) => {
        const dialog = await self.createUAS(request, response, {})
        dialog.on('subscribe', (_, answer) => answer.send(200, { headers: { Expires: '300' } }))
        dialog.on('unsubscribe', () => ended.resolve())
        accepted.resolve(dialog)
      }),
    )
    const watcher = await phone('alice')
    const subscribe = watcher.request('SUBSCRIBE', event)
    watcher.send(subscribe)
    const answer = await watcher.responseThat([202, 'SUBSCRIBE'])
    await accepted.promise
    watcher.inDialog(subscribe, answer, 'SUBSCRIBE', event)
    expect((await watcher.responseThat([200, 'SUBSCRIBE'])).get('expires')).toBe('300')
    watcher.inDialog(subscribe, answer, 'SUBSCRIBE', { ...event, Expires: '0' })
    await watcher.responseThat([202, 'SUBSCRIBE'])
    await within(2_000, 'the end', ended.promise)
  })
})

describe('a subscription of an application', () => {
  it('is refreshed, and ended by the last NOTIFY', async () => {
    const { app, phone } = await stage()
    const srf = await app()
    const notifier = await phone('bob')
    // drachtio-srf finds the subscription that a NOTIFY ends by the user in its To: one who watches himself.
    const headers = { ...event, From: '<sip:bob@127.0.0.1>' }
    const subscribed = srf.createUAC(notifier.uri, { method: 'SUBSCRIBE', headers })
    const subscribe = await notifier.requestThat('SUBSCRIBE')
    const answer = notifier.answer(subscribe, 200, { Expires: '60' })
    const dialog = await subscribed
    const refreshed = dialog.request({ method: 'SUBSCRIBE', headers: { ...event, Expires: '60' } })
    const refresh = await notifier.requestThat('SUBSCRIBE')
    expect([refresh.callId, refresh.get('event')]).toEqual([subscribe.callId, 'presence'])
    expect(refresh.cseq.number).toBe(subscribe.cseq.number + 1)
    notifier.answer(refresh, 200, { Expires: '60' })
    expect((await refreshed).status).toBe(200)
    const ended = later<void>()
    dialog.on('destroy', () => ended.resolve())
    const last = { Event: 'presence', 'Subscription-State': 'terminated;reason=noresource' }
    notifier.asCallee(subscribe, answer, 'NOTIFY', last)
    await notifier.responseThat([200, 'NOTIFY'])
    await within(2_000, 'the end', ended.promise)
    expect(srf.findDialogById(dialog.id)).toBeUndefined()
  })

  it.each(['after', 'before'] as const)('hears the NOTIFY that comes %s its answer', async (order) => {
    const { app, phone } = await stage()
    const notified = later<Message>()
    const srf = await app((self) =>
      self.use('notify', (request, response) => {
        notified.resolve(request)
        response.send(200)
      }),
    )
    const notifier = await phone('bob')
    const subscribed = srf.createUAC(notifier.uri, { method: 'SUBSCRIBE', headers: event })
    const subscribe = await notifier.requestThat('SUBSCRIBE')
    const state = { Event: 'presence', 'Subscription-State': 'active' }
    if (order === 'before') {
      notifier.asCallee(subscribe, notifier.taggedAnswer(subscribe, 202), 'NOTIFY', state)
      await notifier.responseThat([200, 'NOTIFY'])
      expect((await within(2_000, 'the NOTIFY', notified.promise)).get('Event')).toBe('presence')
      notifier.answer(subscribe, 202)
      await subscribed
      return
    }
    const answer = notifier.answer(subscribe, 202)
    const dialog = await subscribed
    const heard = new Promise<Message>((resolve) =>
      dialog.on('notify', (request, response) => {
        resolve(request)
        response.send(200)
      }),
    )
    notifier.asCallee(subscribe, answer, 'NOTIFY', state)
    await notifier.responseThat([200, 'NOTIFY'])
    expect((await within(2_000, 'the NOTIFY', heard)).get('Event')).toBe('presence')
    const last = { Event: 'presence', 'Subscription-State': 'terminated;reason=noresource' }
    notifier.asCallee(subscribe, answer, 'NOTIFY', last)
    await notifier.countReaches([200, 'NOTIFY'], 2)
    notifier.asCallee(subscribe, answer, 'NOTIFY', last)
    await notifier.responseThat([481, 'NOTIFY'])
  })
})
