import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../../support/within.ts'
import { AStack } from './a-stack.ts'

let box: AStack
beforeEach(async () => {
  box = new AStack()
  await box.start()
})
afterEach(() => box.stop())

describe('requests outside a dialog', () => {
  test('reach their handler and are answered with headers and body', async () => {
    const phone = await box.phone('201')
    box.stack.onRequest('MESSAGE', async (request) => {
      expect(request.body).toBe('hällo')
      await request.respond(200, { headers: { 'X-Seen': 'yes' }, body: 'thanks' })
    })
    const response = await phone.request('MESSAGE', '202', {
      headers: { 'Content-Type': 'text/plain' },
      body: 'hällo',
    })
    expect([response.status, response.get('x-seen'), response.body.toString()]).toEqual([
      200,
      'yes',
      'thanks',
    ])
  })

  test('with a method that has no handler get 405 with Allow', async () => {
    const phone = await box.phone('201')
    box.stack.onRequest('OPTIONS', (request) => request.respond(200))
    const response = await phone.request('PUBLISH', '202')
    expect(response.status).toBe(405)
    expect(response.get('allow')).toContain('OPTIONS')
  })

  test('over TCP tell their transport', async () => {
    const phone = await box.phone('201', { transport: 'tcp' })
    const sources: unknown[] = []
    box.stack.onRequest('OPTIONS', async (request) => {
      sources.push(request.source)
      await request.respond(200)
    })
    await phone.request('OPTIONS', '202')
    expect(sources).toMatchObject([{ transport: 'tcp', address: '127.0.0.1' }])
  })

  test('that we send resolve with any final response', async () => {
    const phone = await box.phone('202')
    const uri = phone.contact.slice(1, -1)
    const response = await box.stack.request('OPTIONS', uri, {
      headers: { From: '<sip:box@site-a.example>' },
    })
    expect(response).toMatchObject({ status: 200, isLocal: false })
    expect(response.header('accept')).toBe('application/sdp')
    expect(phone.received[0]?.from.uri).toBe('sip:box@site-a.example')
  })

  test('to nobody resolve with a local 503', async () => {
    const phone = await box.phone('202')
    const uri = phone.contact.slice(1, -1)
    await phone.stop()
    expect(await box.stack.request('OPTIONS', uri)).toMatchObject({ status: 503, isLocal: true })
  })

  test('that are given up resolve with a local 408', async () => {
    const phone = await box.phone('202', { intercept: () => true })
    const uri = phone.contact.slice(1, -1)
    const response = await box.stack.request('OPTIONS', uri, { signal: AbortSignal.timeout(100) })
    expect(response).toMatchObject({ status: 408, isLocal: true })
  })
})

describe('proxying', () => {
  test('a call goes through the proxy core, and its dialog never comes by', async () => {
    const caller = await box.phone('201')
    const callee = await box.phone('202')
    const status = new Promise<number>((resolve) => {
      box.stack.onInvite(async (invite) => {
        resolve(await box.stack.proxy(invite, [callee.contact.slice(1, -1)], { recordRoute: true }))
      })
    })
    const call = await caller.call('202')
    await call.answered()
    expect(await status).toBe(200)
    expect(callee.calls[0]?.callId).toBe(call.callId)
    await call.hangUp()
    expect(box.stack.counts).toMatchObject({ dialogs: 0, openInvites: 0 })
  })

  test('tells the best status of several branches', async () => {
    const caller = await box.phone('201')
    const busy = await box.phone('202', { answering: 'busy' })
    const gone = await box.phone('203', { answering: { refuse: 480 } })
    const status = new Promise<number>((resolve) => {
      box.stack.onInvite(async (invite) => {
        const destinations = [busy, gone].map(({ contact }) => contact.slice(1, -1))
        resolve(await box.stack.proxy(invite, destinations, { forking: 'parallel' }))
      })
    })
    const call = await caller.call('202')
    await expect(call.answered()).rejects.toMatchObject({ status: expect.any(Number) })
    expect([480, 486]).toContain(await status)
  })
})

describe('the connection to the engine', () => {
  test('with a wrong secret is refused at the start', async () => {
    const { DrachtioStack } = await import('../../../src/drivers/drachtio/drachtio-stack.ts')
    const { silentLog } = await import('../../../src/lib/log.ts')
    const address = { host: '127.0.0.1', port: box.engine.controlPort, secret: 'wrong' }
    const stack = new DrachtioStack(address, silentLog)
    await expect(stack.start()).rejects.toMatchObject({ name: 'ControlSecretRefused' })
  })

  test('when it is lost ends dialogs and requests, and comes back by itself', async () => {
    const phone = await box.phone('202', { answering: 'answer' })
    const uri = phone.contact.slice(1, -1)
    const sdp = 'v=0\r\n'
    const dialog = await box.stack.invite(uri, { from: '<sip:a@site-a.example>', body: sdp })
    const end = new Promise((resolve) => dialog.onEnd(resolve))
    const port = box.engine.controlPort
    await box.engine.stop()
    expect(await end).toMatchObject({ by: 'engine' })
    expect(await box.stack.request('OPTIONS', uri)).toMatchObject({ status: 503, isLocal: true })

    const second = new AStack({}, port)
    await second.engine.start()
    await eventually(5_000, 'the connection', () => box.stack.isConnected)
    expect(await box.stack.request('OPTIONS', uri)).toMatchObject({ status: 200 })
    await second.engine.stop()
  })
})
