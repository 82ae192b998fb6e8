import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { describe, expect, it } from 'vitest'
import type { Hop } from '../../../src/engine/transport/hop.ts'
import type { ListenSpec } from '../../../src/engine/transport/listen-spec.ts'
import { socketClosed } from '../../support/socket-closed.ts'
import { testCa, testCertificate } from '../../support/test-certificate.ts'
import { closingAfterEach, connectTo, message, never, startTransport } from './running-transport.ts'

const cleanUp = closingAfterEach()

const ws4: ListenSpec = { transport: 'ws', address: '127.0.0.1', port: 0 }
const wss4: ListenSpec = { transport: 'wss', address: '127.0.0.1', port: 0, tls: testCertificate('box') }

const upgrade = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol': 'sip',
}

/** Node's own WebSocket, an implementation that is not ours. */
async function openWebSocket(hop: Hop): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${hop.port}/`, 'sip')
  cleanUp.push(() => socket.close())
  await once(socket, 'open')
  return socket
}

async function nextText(socket: WebSocket): Promise<string> {
  const [event] = (await once(socket, 'message')) as [MessageEvent]
  return String(event.data)
}

async function answerTo(hop: Hop, headers: Record<string, string>): Promise<IncomingMessage> {
  const request = httpRequest({ host: hop.address, port: hop.port, headers }).end()
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request.on('error', reject).on('response', resolve)
  request.on('upgrade', (response, socket) => {
    cleanUp.push(() => socket.destroy())
    resolve(response)
  })
  return promise
}

describe('SIP over WebSocket', () => {
  it('goes there and back', async () => {
    const box = await startTransport([ws4])
    const browser = await openWebSocket(box.hopTo(0))
    expect(browser.protocol).toBe('sip')
    browser.send(message('ping').toString())
    const { text, flow } = await box.messages.next()
    expect(text).toContain('ping')
    expect(flow.transport).toBe('ws')
    box.transport.send(flow, message('pong'))
    expect(await nextText(browser)).toContain('pong')
  })

  it('takes large messages and binary ones', async () => {
    const box = await startTransport([ws4])
    const browser = await openWebSocket(box.hopTo(0))
    browser.send(message('x'.repeat(200_000)))
    expect((await box.messages.next()).text).toHaveLength(
      200_000 + 'MESSAGE sip:b SIP/2.0\r\nl: 200000\r\n\r\n'.length,
    )
  })

  it('takes what comes with the upgrade', async () => {
    const box = await startTransport([ws4])
    const client = await connectTo(box.hopTo(0))
    const lines = Object.entries({ Host: 'x', ...upgrade }).map(([name, value]) => `${name}: ${value}\r\n`)
    const hello = Buffer.from('818537fa213d7f9f4d5158', 'hex')
    client.write(Buffer.concat([Buffer.from(`GET / HTTP/1.1\r\n${lines.join('')}\r\n`), hello]))
    expect((await box.messages.next()).text).toBe('Hello')
  })

  it('is secure over TLS', async () => {
    const box = await startTransport([wss4])
    const { port } = box.hopTo(0)
    const options = { host: '127.0.0.1', port, ca: testCa, headers: upgrade }
    const request = httpsRequest(options).end()
    const [response, socket] = await once(request, 'upgrade')
    cleanUp.push(() => socket.destroy())
    expect(response.statusCode).toBe(101)
    socket.write(Buffer.from('818537fa213d7f9f4d5158', 'hex'))
    const { text, flow } = await box.messages.next()
    expect(text).toBe('Hello')
    expect(flow.transport).toBe('wss')
    const target: Hop = { transport: 'ws', address: '127.0.0.1', port: flow.remotePort, host: '127.0.0.1' }
    expect(box.transport.flowTo(target, never)).toBe(flow)
    expect(box.transport.flowTo({ ...target, transport: 'wss' }, never)).toBe(flow)
  })

  it('reaches a browser on the connection it made, and nowhere else', async () => {
    const box = await startTransport([ws4])
    const browser = await openWebSocket(box.hopTo(0))
    browser.send(message().toString())
    const { flow } = await box.messages.next()
    const target: Hop = { transport: 'ws', address: '127.0.0.1', port: flow.remotePort, host: '127.0.0.1' }
    expect(box.transport.flowTo(target, never)).toBe(flow)
    expect(() => box.transport.flowTo({ ...target, transport: 'wss' }, never)).toThrow('no wss connection')
    browser.close()
    await box.failures.next()
    expect(() => box.transport.flowTo(target, never)).toThrow('no ws connection')
  })

  it('says goodbye when the browser does', async () => {
    const box = await startTransport([ws4])
    const browser = await openWebSocket(box.hopTo(0))
    browser.close()
    const [event] = (await once(browser, 'close')) as [CloseEvent]
    expect(event.wasClean).toBe(true)
    expect((await box.failures.next()).cause.message).toBe('closed by the far end')
  })
})

describe('an upgrade', () => {
  it('is answered as RFC 6455 §1.3 shows', async () => {
    const box = await startTransport([ws4])
    const response = await answerTo(box.hopTo(0), upgrade)
    expect(response.statusCode).toBe(101)
    expect(response.headers['sec-websocket-accept']).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
    expect(response.headers['sec-websocket-protocol']).toBe('sip')
  })

  it.each([
    ['another subprotocol', { ...upgrade, 'Sec-WebSocket-Protocol': 'chat' }, 400],
    ['an old version', { ...upgrade, 'Sec-WebSocket-Version': '8' }, 426],
    ['a bad key', { ...upgrade, 'Sec-WebSocket-Key': 'short' }, 400],
    ['nothing to upgrade', {}, 426],
  ])('is refused with %s', async (_, headers: Record<string, string>, status) => {
    const box = await startTransport([ws4])
    expect((await answerTo(box.hopTo(0), headers)).statusCode).toBe(status)
    expect(box.transport.connections.open).toBe(0)
  })

  it('that does not come in time is not waited for', async () => {
    const box = await startTransport([ws4], { handshakeTimeoutMs: 100 })
    const slow = await connectTo(box.hopTo(0))
    slow.resume()
    slow.write('GET / HTTP/1.1\r\n')
    await socketClosed(slow)
    await openWebSocket(box.hopTo(0))
  })
})
