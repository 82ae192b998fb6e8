import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DrachtioStack } from '../../../src/drivers/drachtio/drachtio-stack.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { outcomeOf } from '../../../src/survival/health/pbx-witness.ts'
import { CollectedLog } from '../../support/collected-log.ts'
import { eventually } from '../../support/within.ts'

// An engine that does not do what it should.

let server: Server
let clock: FakeClock
let stack: DrachtioStack
let log: CollectedLog
const sockets: Socket[] = []
/** Frames that came, without length and message id. */
let frames: { readonly id: string; readonly text: string; readonly socket: Socket }[]

beforeEach(async () => {
  clock = new FakeClock(1_000_000)
  frames = []
  server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      for (const [, id = '', text = ''] of data.toString().matchAll(/\d+#([^|]+)\|([^#]*?)(?=\d+#|$)/gs)) {
        frames.push({ id, text, socket })
        if (text.startsWith('authenticate') && answersLogin) reply(socket, id, loginAnswer)
        if (text.startsWith('ping') && answersPing) reply(socket, id, 'OK|pong')
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  log = new CollectedLog()
  stack = new DrachtioStack({ host: '127.0.0.1', port, secret: 's' }, log, clock)
})
afterEach(async () => {
  await stack.stop()
  for (const socket of sockets.splice(0)) socket.destroy()
  server.close()
  answersLogin = true
  answersPing = true
  loginAnswer = accepted
})

let answersLogin = true
let answersPing = true
const accepted = 'OK|udp/192.0.2.1:5060|v0.9.0|'
let loginAnswer = accepted

function send(socket: Socket, payload: string): void {
  socket.write(`${Buffer.byteLength(payload)}#${payload}`)
}
const reply = (socket: Socket, id: string, verdict: string) => send(socket, `x|response|${id}|${verdict}`)
const frame = (start: string) =>
  eventually(3_000, start, () => frames.find(({ text }) => text.startsWith(start)))

describe('an engine', () => {
  test('that never answers the login fails the start after ten seconds', async () => {
    answersLogin = false
    const started = stack.start()
    const failed = expect(started).rejects.toMatchObject({ name: 'EngineUnavailable' })
    await frame('authenticate')
    clock.advance(10_000)
    await failed
  })

  test('that sends frames nobody knows is lived with', async () => {
    await stack.start()
    const [socket] = sockets
    if (!socket) throw new Error('not connected')
    send(socket, 'x|surprise|1|2')
    send(socket, 'x|sip|network')
    send(socket, 'no bars at all')
    send(
      socket,
      'x|sip|network|1|udp|192.0.2.7|5062|t|T1||h|5060|\r\nOPTIONS sip:a SIP/2.0\r\nCall-ID: c\r\n\r\n',
    )
    expect((await frame('sip|T1|')).text).toContain('SIP/2.0 405 Method Not Allowed')
  })

  test('that sends what is no frame gets a new connection', async () => {
    await stack.start()
    sockets[0]?.write('nonsense#and more')
    await eventually(5_000, 'a second connection', () => sockets.length === 2)
    await eventually(3_000, 'the stack to be up again', () => stack.isConnected)
  })

  test('that does not take a request costs it a local 503', async () => {
    await stack.start()
    const response = stack.request('OPTIONS', 'sip:202@192.0.2.7')
    const { id, socket } = await frame('sip||')
    reply(socket, id, 'NOK|requested protocol/transport not available')
    expect(await response).toMatchObject({ status: 503, isLocal: true })
    expect(outcomeOf({ kind: 'value', value: await response })).toBe('unreachable')
  })

  test('that is lost, or not there, is held against no PBX', async () => {
    await stack.start()
    const underWay = stack.request('OPTIONS', 'sip:pbx@192.0.2.7')
    const { id, socket } = await frame('sip||')
    reply(socket, id, 'OK|||||||T1')
    socket.destroy()
    const lost = await underWay
    const unsent = await stack.request('OPTIONS', 'sip:pbx@192.0.2.7')
    for (const value of [lost, unsent]) {
      expect(value).toMatchObject({ status: 503, isLocal: true })
      expect(outcomeOf({ kind: 'value', value })).toBe('unsent')
    }
  })

  test('that is silent about a request costs it a local 503 in bounded time', async () => {
    await stack.start()
    const response = stack.request('OPTIONS', 'sip:202@192.0.2.7')
    await frame('sip||')
    for (let second = 0; second < 12; second += 2) clock.advance(2_000)
    expect(await response).toMatchObject({ status: 503, isLocal: true })
  })

  test('that comes back and refuses the secret is asked again, and said once', async () => {
    await stack.start()
    loginAnswer = 'NO|incorrect secret'
    sockets[0]?.destroy()
    await eventually(5_000, 'a third try', () => sockets.length >= 3)
    const refused = () => log.lines.filter(({ sentence }) => sentence === 'SIP engine connection refused')
    expect(stack.isConnected).toBe(false)
    expect(refused()).toHaveLength(1)
    loginAnswer = accepted
    for (const socket of sockets) socket.destroy()
    await eventually(5_000, 'the stack to be up again', () => stack.isConnected)
  })

  test('that comes back and never answers the login gets a new connection', async () => {
    await stack.start()
    answersLogin = false
    sockets[0]?.destroy()
    await eventually(5_000, 'a second login', () =>
      frames.some(({ text, socket }) => text.startsWith('authenticate') && socket === sockets[1]),
    )
    answersLogin = true
    clock.advance(10_000)
    await eventually(5_000, 'the stack to be up again', () => stack.isConnected)
    expect(sockets).toHaveLength(3)
  })

  test('of which large frames are the death gets one at a time, and none that is too large', async () => {
    await stack.start()
    const send = (body: string) =>
      stack.request('MESSAGE', 'sip:202@192.0.2.7', { headers: { 'Content-Type': 'text/plain' }, body })
    expect(await send('x'.repeat(12_000))).toMatchObject({ status: 503, isLocal: true, isUnsent: true })
    const large = send('x'.repeat(5_000))
    const next = stack.request('OPTIONS', 'sip:202@192.0.2.7')
    const first = await frame('sip||')
    await new Promise((resolve) => setImmediate(resolve))
    expect(frames.filter(({ text }) => text.includes('OPTIONS'))).toEqual([])
    reply(first.socket, first.id, 'NOK|no')
    const { id, socket } = await eventually(3_000, 'the next', () =>
      frames.find(({ text }) => text.includes('OPTIONS')),
    )
    reply(socket, id, 'NOK|no')
    for (const response of await Promise.all([large, next])) expect(response.status).toBe(503)
  })

  test('that answers no ping any more gets a new connection', async () => {
    await stack.start()
    answersPing = false
    for (let second = 0; second < 14; second += 2) clock.advance(2_000)
    await eventually(5_000, 'a second connection', () => sockets.length === 2)
    answersPing = true
    await eventually(3_000, 'the stack to be up again', () => stack.isConnected)
  })
})
