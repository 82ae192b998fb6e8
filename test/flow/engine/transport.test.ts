import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { Flow } from '../../../src/engine/transport/flow.ts'
import { FlowFailed } from '../../../src/engine/transport/flow-failed.ts'
import type { Hop } from '../../../src/engine/transport/hop.ts'
import { SocketTransport } from '../../../src/engine/transport/socket-transport.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { socketClosed } from '../../support/socket-closed.ts'
import {
  closingAfterEach,
  connectTo,
  message,
  never,
  startTransport,
  tcp4,
  tcp6,
  udp4,
  udp6,
} from './running-transport.ts'

const cleanUp = closingAfterEach()
describe('messages between two transports', () => {
  it.each([
    ['udp over IPv4', udp4],
    ['tcp over IPv4', tcp4],
    ['udp over IPv6', udp6],
    ['tcp over IPv6', tcp6],
  ])('go there and back on %s', async (_, spec) => {
    const alice = await startTransport([spec])
    const bob = await startTransport([spec])
    const flow = await alice.transport.flowTo(bob.hopTo(0), never)
    alice.transport.send(flow, message('ping'))
    const received = await bob.messages.next()
    expect(received.text).toContain('ping')
    bob.transport.send(received.flow, message('pong'))
    const answer = await alice.messages.next()
    expect(answer.text).toContain('pong')
    expect(answer.flow).toBe(flow)
  })

  it('share one TCP connection, also when asked for at the same time', async () => {
    const alice = await startTransport([tcp4])
    const bob = await startTransport([tcp4])
    const [one, two] = await Promise.all([
      alice.transport.flowTo(bob.hopTo(0), never),
      alice.transport.flowTo(bob.hopTo(0), never),
    ])
    expect(one).toBe(two)
    expect(alice.transport.flowTo(bob.hopTo(0), never)).toBe(one)
    expect(alice.transport.connections.open).toBe(1)
  })

  it('reuse an inbound connection for requests to the port it came from', async () => {
    const box = await startTransport([tcp4])
    const phone = await connectTo(box.hopTo(0))
    phone.write(message())
    const { flow } = await box.messages.next()
    const target = { transport: 'tcp', address: '127.0.0.1', port: phone.localPort ?? 0, host: 'x' } as const
    expect(box.transport.flowTo(target, never)).toBe(flow)
  })

  it('leave by the listening point of the right family and transport', async () => {
    const box = await startTransport([udp4, tcp4, udp6, tcp6])
    const peer = await startTransport([udp6])
    const flow = await box.transport.flowTo(peer.hopTo(0), never)
    expect(box.transport.listeningPointOf(flow)).toBe(box.transport.listeningPoints[2])
  })

  it.each([
    ['a name', { transport: 'udp', address: 'localhost', port: 5060, host: 'localhost' }],
    ['port 0', { transport: 'udp', address: '127.0.0.1', port: 0, host: 'x' }],
  ] as const)('are refused for %s', async (_, hop) => {
    const box = await startTransport([udp4])
    expect(() => box.transport.flowTo(hop, never)).toThrow('no such place')
  })

  it('are refused for a family that is not listened on', async () => {
    const box = await startTransport([udp4])
    const hop: Hop = { transport: 'udp', address: '::1', port: 5060, host: '::1' }
    expect(() => box.transport.flowTo(hop, never)).toThrow('no listening point can send to udp [::1]:5060')
  })
})

describe('a listening point', () => {
  it('says whose port it wanted', async () => {
    const first = await startTransport([udp4, tcp4])
    for (const n of [0, 1]) {
      const { transport, address, port } = first.hopTo(n)
      const second = new SocketTransport({ listen: [{ transport, address, port }], log: silentLog })
      await expect(second.start()).rejects.toThrow(
        new RegExp(`cannot listen on ${transport} 127.0.0.1:${port}: .*in use.*pid ${process.pid}`),
      )
    }
  })

  it('leaves nothing open when one of several fails', async () => {
    const first = await startTransport([udp4])
    const probe = await startTransport([tcp4])
    const free = probe.hopTo(0)
    await probe.transport.stop()
    const second = new SocketTransport({ listen: [free, first.hopTo(0)], log: silentLog })
    await expect(second.start()).rejects.toThrow('in use')
    const third = new SocketTransport({ listen: [free], log: silentLog })
    cleanUp.push(() => third.stop())
    await third.start()
  })

  it('tells others what it was told to advertise', async () => {
    const box = await startTransport([{ ...udp4, advertisedHost: 'sip.example.com', advertisedPort: 5060 }])
    expect(box.transport.listeningPoints[0]).toMatchObject({
      advertisedHost: 'sip.example.com',
      advertisedPort: 5060,
    })
  })
})

describe('a UDP port that is probed from', () => {
  it('still belongs to us alone', async () => {
    const box = await startTransport([udp4])
    const { port } = box.hopTo(0)
    for (const options of [{}, { reuseAddr: true }]) {
      const other = createSocket({ type: 'udp4', ...options })
      cleanUp.push(() => other.close())
      other.bind({ port, address: '127.0.0.1', exclusive: true })
      await expect(once(other, 'listening')).rejects.toThrow('EADDRINUSE')
    }
  })

  it('loses nothing that others send meanwhile', async () => {
    const silent = createSocket('udp4').bind(0, '127.0.0.1')
    const other = createSocket('udp4').bind(0, '127.0.0.1')
    cleanUp.push(
      () => silent.close(),
      () => other.close(),
    )
    await Promise.all([once(silent, 'listening'), once(other, 'listening')])
    const box = await startTransport([udp4])
    const hop = { ...box.hopTo(0), port: silent.address().port }
    const flow = await box.transport.flowTo(hop, never)
    box.transport.send(flow, message())
    box.transport.expectAnswer(flow)
    await once(silent, 'message')
    await once(silent, 'message')
    for (let n = 0; n < 200; n++) other.send(message(`number ${n}`), box.hopTo(0).port, '127.0.0.1')
    for (let n = 0; n < 200; n++) expect((await box.messages.next()).text).toContain(`number ${n}`)
  })
})

describe('a STUN keep-alive over UDP', () => {
  it('is told where it came from', async () => {
    const box = await startTransport([udp4])
    const phone = createSocket('udp4').bind(0, '127.0.0.1')
    cleanUp.push(() => phone.close())
    await once(phone, 'listening')
    phone.send(Buffer.from('000100002112a442b7e7a701bc34d686fa87dfae', 'hex'), box.hopTo(0).port, '127.0.0.1')
    const [answer] = (await once(phone, 'message')) as [Buffer]
    expect(answer.readUInt16BE(0)).toBe(0x0101)
    expect(answer.readUInt16BE(26) ^ 0x2112).toBe(phone.address().port)
    await expect(box.messages.next(50)).rejects.toThrow('nothing within')
  })
})

describe('a dead destination', () => {
  it('over UDP is noticed within a fraction of a second', async () => {
    const gone = createSocket('udp4')
    gone.bind(0, '127.0.0.1')
    await once(gone, 'listening')
    const hop: Hop = { transport: 'udp', address: '127.0.0.1', port: gone.address().port, host: 'gone' }
    gone.close()
    const box = await startTransport([udp4])
    const flow = await box.transport.flowTo(hop, never)
    box.transport.send(flow, message())
    box.transport.expectAnswer(flow)
    const failure = await box.failures.next(500)
    expect(failure.flow).toBe(flow)
    expect(failure.cause.message).toContain('ECONNREFUSED')
  })

  it('over UDP is noticed when it died right after an answer', async () => {
    const dying = createSocket('udp4').bind(0, '127.0.0.1')
    await once(dying, 'listening')
    const box = await startTransport([udp4])
    const flow = await box.transport.flowTo({ ...box.hopTo(0), port: dying.address().port }, never)
    box.transport.send(flow, message())
    box.transport.expectAnswer(flow)
    await once(dying, 'message')
    dying.send(message('the last'), box.hopTo(0).port, '127.0.0.1')
    await box.messages.next()
    dying.close()
    box.transport.send(flow, message())
    box.transport.expectAnswer(flow)
    expect((await box.failures.next()).flow).toBe(flow)
  })

  it('over UDP that is only slow is not taken for dead, and its answer is heard', async () => {
    const silent = createSocket('udp4')
    cleanUp.push(() => silent.close())
    silent.bind(0, '127.0.0.1')
    await once(silent, 'listening')
    const hop: Hop = { transport: 'udp', address: '127.0.0.1', port: silent.address().port, host: 'silent' }
    const box = await startTransport([udp4])
    const flow = await box.transport.flowTo(hop, never)
    box.transport.send(flow, message())
    box.transport.expectAnswer(flow)
    const [first] = await once(silent, 'message')
    const [probe, from] = await once(silent, 'message')
    expect(String(first)).toContain('MESSAGE')
    expect(String(probe)).toBe('\r\n\r\n')
    expect(from.port).toBe(box.hopTo(0).port)
    silent.send(message('late'), from.port, from.address)
    expect((await box.messages.next()).flow).toBe(flow)
    await expect(box.failures.next(50)).rejects.toThrow('nothing within')
  })

  it('over TCP is an error that names it', async () => {
    const probe = await startTransport([tcp4])
    const hop = probe.hopTo(0)
    await probe.transport.stop()
    const box = await startTransport([tcp4])
    await expect(box.transport.flowTo(hop, never)).rejects.toThrow(
      `cannot connect to tcp 127.0.0.1:${hop.port}`,
    )
  })

  it('over TCP keeps no caller waiting who has had enough', async () => {
    const peer = await startTransport([tcp4])
    const box = await startTransport([tcp4])
    const abort = new AbortController()
    const flow = box.transport.flowTo(peer.hopTo(0), abort.signal)
    abort.abort(new Error('enough'))
    await expect(flow).rejects.toThrow('enough')
  })
})

describe('a TCP connection', () => {
  it('answers a keep-alive', async () => {
    const box = await startTransport([tcp4])
    const phone = await connectTo(box.hopTo(0))
    phone.write('\r\n\r\n')
    const [pong] = await once(phone, 'data')
    expect(String(pong)).toBe('\r\n')
  })

  it('out of step is answered and closed', async () => {
    const box = await startTransport([tcp4])
    const phone = await connectTo(box.hopTo(0))
    phone.write('OPTIONS sip:x SIP/2.0\r\nVia: y\r\n\r\n')
    const [answer] = await once(phone, 'data')
    expect(String(answer)).toBe('400 Missing Or Bad Content-Length')
    await socketClosed(phone)
    expect((await box.failures.next()).cause.message).toBe('Missing Or Bad Content-Length')
  })

  it('is closed when nothing passes over it', async () => {
    const box = await startTransport([tcp4], { idleTimeoutMs: 30 })
    const phone = await connectTo(box.hopTo(0))
    phone.resume()
    await socketClosed(phone)
    expect((await box.failures.next()).cause.message).toBe('idle')
  })

  it('is closed when no message comes, or not the whole of one', async () => {
    const box = await startTransport([tcp4], { partialMessageTimeoutMs: 40 })
    const silent = await connectTo(box.hopTo(0))
    silent.resume()
    await socketClosed(silent)
    const slow = await connectTo(box.hopTo(0))
    slow.resume()
    slow.write(message())
    await box.messages.next()
    slow.write('MESSAGE sip:b SIP/2.0\r\n')
    await socketClosed(slow)
    for (let n = 0; n < 2; n++) {
      expect((await box.failures.next()).cause.message).toBe('a message took too long to arrive')
    }
  })

  it('is not closed while messages come, however they are cut', async () => {
    const box = await startTransport([tcp4], { partialMessageTimeoutMs: 800 })
    const busy = await connectTo(box.hopTo(0))
    const whole = message()
    const end = whole.subarray(-3)
    const begin = whole.subarray(0, -3)
    busy.write(begin)
    const since = performance.now()
    while (performance.now() - since < 1_700) {
      busy.write(Buffer.concat([end, begin]))
      await box.messages.next()
    }
    expect(box.transport.connections.open).toBe(1)
  })

  it('is refused beyond the limit of its address', async () => {
    const box = await startTransport([tcp4], { maxConnectionsPerAddress: 1 })
    const first = await connectTo(box.hopTo(0))
    const second = await connectTo(box.hopTo(0))
    second.resume()
    await socketClosed(second)
    expect(box.transport.connections).toMatchObject({ open: 1, refused: 1 })
    first.destroy()
    await box.failures.next()
    const third = await connectTo(box.hopTo(0))
    third.write(message())
    await box.messages.next()
  })

  it('is refused beyond the limit', async () => {
    const box = await startTransport([tcp4], { maxConnections: 1 })
    const first = await connectTo(box.hopTo(0))
    first.write(message())
    await box.messages.next()
    const second = await connectTo(box.hopTo(0))
    second.resume()
    await socketClosed(second)
    expect(box.transport.connections).toMatchObject({ open: 1, refused: 1 })
  })

  it('is dropped when its reader is too slow', async () => {
    const box = await startTransport([tcp4], { maxQueuedBytes: 1_000_000 })
    const phone = await connectTo(box.hopTo(0))
    phone.write(message())
    const { flow } = await box.messages.next()
    phone.pause()
    const large = message('x'.repeat(100_000))
    for (let n = 0; n < 200 && flow.isOpen; n++) box.transport.send(flow, large)
    expect((await box.failures.next()).cause.message).toContain('slow reader')
    expect(flow.isOpen).toBe(false)
  })

  it('that closed is not used again', async () => {
    const alice = await startTransport([tcp4])
    const bob = await startTransport([tcp4])
    const first = await alice.transport.flowTo(bob.hopTo(0), never)
    alice.transport.send(first, message())
    await bob.messages.next()
    await bob.transport.stop()
    await alice.failures.next()
    expect(first.isOpen).toBe(false)
    await expect(alice.transport.flowTo({ ...bobHop(first) }, never)).rejects.toThrow('cannot connect')
  })
})

const bobHop = (flow: Flow): Hop => ({
  transport: flow.transport,
  address: flow.remoteAddress,
  port: flow.remotePort,
  host: flow.remoteAddress,
})

it('a UDP destination that dies just after it was probed is found dead all the same', async () => {
  const box = await startTransport([udp4])
  const slow = createSocket('udp4').bind(0, '127.0.0.1')
  await once(slow, 'listening')
  const { port } = slow.address()
  const flow = await box.transport.flowTo(
    { transport: 'udp', address: '127.0.0.1', port, host: 'slow' },
    never,
  )
  box.transport.expectAnswer(flow)
  await once(slow, 'message')
  slow.close()
  box.transport.expectAnswer(flow)
  expect((await box.failures.next(5_000)).flow).toBe(flow)
})

describe('a flow', () => {
  const flowOf = ({ transport, remoteAddress, remotePort }: Flow): Hop => ({
    transport,
    address: remoteAddress,
    port: remotePort,
    host: remoteAddress,
    isFlow: true,
  })

  it('is used while it is open, and never dialled when it is gone', async () => {
    const box = await startTransport([tcp4])
    const phone = await connectTo(box.hopTo(0))
    phone.write(message())
    const { flow } = await box.messages.next()
    expect(box.transport.flowTo(flowOf(flow), never)).toBe(flow)
    phone.destroy()
    await box.failures.next()
    expect(() => box.transport.flowTo(flowOf(flow), never)).toThrow(FlowFailed)
  })

  it('is named after the listening point that it came to, not the first that could reach it', async () => {
    const box = await startTransport([tcp4, tcp4])
    const phone = await connectTo(box.hopTo(1))
    phone.write(message())
    const { flow } = await box.messages.next()
    expect(box.transport.pointTowards(flowOf(flow))).toBe(box.transport.listeningPoints[1])
  })
})
