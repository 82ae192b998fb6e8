import { afterEach, beforeEach, expect, test } from 'vitest'
import type { IncomingRequest, SubscriptionDialog } from '../../../src/domain/sip.ts'
import { LampPhone } from '../../support/lamp-phone.ts'
import { Dialog } from '../../support/sip/dialog.ts'
import { remoteOf } from '../../support/sip/remote.ts'
import { type Arrival, SipEndpoint } from '../../support/sip/sip-endpoint.ts'
import { eventually, within } from '../../support/within.ts'
import { AStack } from './a-stack.ts'

let box: AStack
const running: { stop(): Promise<void> }[] = []

beforeEach(async () => {
  box = new AStack()
  await box.start()
})

afterEach(async () => {
  for (const part of running.splice(0)) await part.stop()
  await box.stop()
})

const active = { Event: 'dialog', 'Subscription-State': 'active;expires=600', 'Content-Type': 'text/plain' }

/** A phone whose SUBSCRIBE the box has accepted. */
async function watched() {
  const phone = new LampPhone({
    aor: '201@site-a.example',
    password: 'x',
    server: { host: '127.0.0.1', port: box.port },
  })
  running.push(phone)
  await phone.start()
  const accepted = Promise.withResolvers<SubscriptionDialog>()
  box.stack.onSubscribe(async (request) =>
    accepted.resolve(await request.accept({ headers: { Expires: '600' } })),
  )
  const lamp = await phone.watch('202')
  return { phone, lamp, dialog: await accepted.promise }
}

/** A notifier that tells before it answers, which it does when it is told to. */
async function aHastyNotifier() {
  const asked = Promise.withResolvers<void>()
  const answering = Promise.withResolvers<void>()
  const told = Promise.withResolvers<number>()
  let dialog: Dialog | undefined
  const notify = (state: string): Promise<number> => {
    const answered = Promise.withResolvers<number>()
    const request = dialog?.request('NOTIFY')
    if (!request || !dialog) throw new Error('nobody has subscribed')
    request.append('Event', 'dialog')
    request.append('Subscription-State', state)
    request.append('Contact', `<sip:pbx@${endpoint.hostPort}>`)
    endpoint.send(request, remoteOf(dialog.nextHop, 'udp'), {
      onResponse: ({ status }) => answered.resolve(status),
      onTimeout: () => answered.resolve(408),
    })
    return answered.promise
  }
  const onArrival = (arrival: Arrival) => {
    if (arrival.request.to.tag !== undefined) return arrival.reply(481)
    dialog = Dialog.ofCallee(arrival.request, 'pbx')
    void notify('active').then(told.resolve)
    const headers = { Expires: '90', Contact: `<sip:pbx@${endpoint.hostPort}>` }
    void answering.promise.then(() => arrival.reply(200, { headers, toTag: 'pbx' }))
    asked.resolve()
  }
  const endpoint = new SipEndpoint({ transport: 'udp', address: '127.0.0.1', port: 0, onArrival })
  running.push(endpoint)
  await endpoint.start()
  const uri = `sip:202@${endpoint.hostPort}`
  return { uri, asked: asked.promise, answer: answering.resolve, told: told.promise, notify }
}

test('a phone is told in its subscription, refreshes it, and gets 481 when the box has closed it', async () => {
  const { phone, lamp, dialog } = await watched()
  expect(lamp.status).toBe(200)
  expect((await dialog.request('NOTIFY', { headers: active, body: 'busy' })).status).toBe(200)
  expect(lamp.last).toEqual({ state: 'active;expires=600', body: 'busy' })
  dialog.onRequest((request) => void request.respond(200, { headers: { Expires: '300' } }))
  expect((await phone.refresh(lamp, 300)).get('expires')).toBe('300')
  expect(box.stack.counts.subscriptions).toBe(1)
  dialog.close()
  expect((await phone.refresh(lamp, 300)).status).toBe(481)
  expect(box.stack.counts).toMatchObject({ dialogs: 0, subscriptions: 0 })
})

test('a phone that knows nothing of it ends it', async () => {
  const { phone, dialog } = await watched()
  phone.lamps.length = 0
  expect((await dialog.request('NOTIFY', { headers: active })).status).toBe(481)
  expect(await dialog.request('NOTIFY', { headers: active })).toMatchObject({ status: 481, isLocal: true })
})

test('it is over when the engine is lost', async () => {
  const { dialog } = await watched()
  const ended = Promise.withResolvers<void>()
  dialog.onEnd(() => ended.resolve())
  await box.stack.stop()
  await within(2_000, 'the end', ended.promise)
  expect(box.stack.counts.subscriptions).toBe(0)
})

test('the NOTIFY that overtakes the answer to our SUBSCRIBE is not lost (RFC 6665 §4.4.1)', async () => {
  const { uri, asked, answer, told, notify } = await aHastyNotifier()
  void asked.then(() => setTimeout(answer, 50))
  const { response, dialog } = await box.stack.subscribe(uri, {
    from: '<sip:201@site-a.example>',
    headers: { Event: 'dialog', Expires: '90' },
  })
  expect(response.status).toBe(200)
  const heard: IncomingRequest[] = []
  dialog?.onRequest((request) => {
    heard.push(request)
    void request.respond(200)
  })
  expect(await told).toBe(200)
  expect(heard.map((request) => request.header('subscription-state'))).toEqual(['active'])
  expect((await dialog?.request('SUBSCRIBE', { headers: { Event: 'dialog' } }))?.status).toBe(481)
  expect(await notify('active')).toBe(481)
})

test('a SUBSCRIBE that is given up, or refused, leaves nothing behind', async () => {
  const { uri, asked, answer, notify } = await aHastyNotifier()
  const from = '<sip:201@site-a.example>'
  const patience = new AbortController()
  void asked.then(() => patience.abort())
  const { signal } = patience
  const { response, dialog } = await box.stack.subscribe(uri, { from, headers: { Event: 'dialog' }, signal })
  answer()
  expect([response.status, dialog]).toEqual([408, undefined])
  await eventually(2_000, 'an end', async () => (await notify('active')) === 481)
  expect(box.stack.counts.subscriptions).toBe(0)
})
