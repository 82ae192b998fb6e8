import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Hop } from '../../../src/engine/transport/hop.ts'
import type { ListenSpec } from '../../../src/engine/transport/listen-spec.ts'
import { SocketTransport } from '../../../src/engine/transport/socket-transport.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { socketClosed } from '../../support/socket-closed.ts'
import { testCertificate } from '../../support/test-certificate.ts'
import { eventually, within } from '../../support/within.ts'
import { closingAfterEach, Inbox, message, startTransport, tcp4, udp4 } from './running-transport.ts'

const cleanUp = closingAfterEach()
const at = (transport: ListenSpec['transport']): ListenSpec => ({
  transport,
  address: '127.0.0.1',
  port: 0,
  ...(transport === 'tls' || transport === 'wss' ? { tls: testCertificate('box') } : {}),
})

async function open(hop: Hop, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port: hop.port, host: hop.address, localAddress })
  cleanUp.push(() => socket.destroy())
  socket.on('error', () => socket.destroy())
  await once(socket, 'connect')
  return socket
}

describe('connections that say nothing', () => {
  it('make room for others: the oldest of the address that holds the most goes first', async () => {
    const { transport, messages, hopTo } = await startTransport([tcp4], { maxQuietConnections: 4 })
    const phone = await open(hopTo(0), '127.0.0.2')
    const talker = await open(hopTo(0), '127.0.0.3')
    talker.write(message('I am here'))
    await messages.next()
    const silent: Socket[] = []
    for (let n = 0; n < 3; n++) silent.push(await open(hopTo(0)))
    await eventually(2_000, 'all to be counted', () => transport.connections.quiet === 4)
    silent.push(await open(hopTo(0)))
    await within(2_000, 'the oldest to go', socketClosed(silent[0] as Socket))
    phone.write(message('late, but here'))
    expect((await messages.next()).text).toContain('late, but here')
    talker.write(message('still here'))
    expect((await messages.next()).text).toContain('still here')
    await eventually(2_000, 'three to be left', () => transport.connections.quiet === 3)
    expect(transport.connections.turnedOut).toBe(1)
    expect(silent.slice(1).some(({ destroyed }) => destroyed)).toBe(false)
  })

  it.each(['tls', 'wss', 'ws', 'tcp'] as const)('are closed over %s', async (name) => {
    const limits = { handshakeTimeoutMs: 100, partialMessageTimeoutMs: 100 }
    const { transport, hopTo } = await startTransport([at(name)], limits)
    const silent = await open(hopTo(0))
    await within(2_000, 'the end', socketClosed(silent))
    await eventually(2_000, 'nothing to be left', () => transport.connections.quiet === 0)
  })
})

describe('connections that drip', () => {
  it.each([
    ['tcp', 'OPTIONS sip:box SIP/2.0\r\n'],
    ['ws', 'GET / HTTP/1.1\r\nUpgrade: websocket\r\n'],
    ['tls', '\x16\x03\x01\x02\x00\x01'],
  ] as const)('are closed over %s, however steadily bytes come', async (name, beginning) => {
    const limits = { handshakeTimeoutMs: 200, partialMessageTimeoutMs: 200 }
    const { messages, hopTo } = await startTransport([at(name), tcp4], limits)
    const slow = await open(hopTo(0))
    slow.write(beginning, 'latin1')
    const drip = setInterval(() => slow.write('x'), 20)
    cleanUp.push(() => clearInterval(drip))
    const good = await open(hopTo(1), '127.0.0.2')
    good.write(message('unharmed'))
    expect((await messages.next()).text).toContain('unharmed')
    await within(3_000, 'the end', socketClosed(slow))
  })
})

it('who is kept out is neither connected nor answered', async () => {
  const banned = '127.0.0.66'
  const transport = new SocketTransport({
    listen: [udp4, tcp4],
    log: silentLog,
    door: {
      admits: (_data, address) => address !== banned,
      admitsConnection: (address) => address !== banned,
    },
  })
  const messages = new Inbox<string>()
  transport.deliverTo({
    onMessage: (_data, flow) => messages.put(flow.remoteAddress),
    onFlowFailed: () => undefined,
    onBadFrame: () => undefined,
  })
  cleanUp.push(() => transport.stop())
  await transport.start()
  const [udp, tcp] = transport.listeningPoints
  if (!udp || !tcp) throw new Error('it does not listen')
  for (const address of [banned, '127.0.0.67']) {
    const socket = createSocket('udp4')
    cleanUp.push(() => socket.close())
    socket.bind(0, address)
    await once(socket, 'listening')
    for (let n = 0; n < 3; n++) socket.send(message(), udp.port, udp.address)
  }
  expect(await messages.next()).toBe('127.0.0.67')
  await within(2_000, 'the refusal', socketClosed(await open({ ...tcp, host: tcp.address }, banned)))
  expect(transport.connections.refused).toBe(1)
})
