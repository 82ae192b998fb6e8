import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { type ConnectionOptions, connect, createServer, type TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import type { Hop } from '../../../src/engine/transport/hop.ts'
import type { ListenSpec } from '../../../src/engine/transport/listen-spec.ts'
import type { TlsCredentials } from '../../../src/engine/transport/tls-credentials.ts'
import { testCa, testCertificate } from '../../support/test-certificate.ts'
import { closingAfterEach, connectTo, message, never, startTransport } from './running-transport.ts'

const cleanUp = closingAfterEach()

const tlsAt = (address: string, tls: TlsCredentials = testCertificate('box')): ListenSpec => ({
  transport: 'tls',
  address,
  port: 0,
  tls,
})
const tls4 = tlsAt('127.0.0.1')

/** A client that trusts the test authority. Rejects when the handshake fails. */
async function connectSecurely(hop: Hop, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: hop.address, port: hop.port, ca: testCa, ...options })
  cleanUp.push(() => socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}

/** A reset ends it as well as a goodbye. */
function closed(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  socket.on('error', () => resolve())
  socket.once('close', () => resolve())
  return promise
}

const serialOf = (socket: TLSSocket): string => socket.getPeerCertificate().serialNumber

describe('messages over TLS', () => {
  it.each([
    ['IPv4', '127.0.0.1'],
    ['IPv6', '::1'],
  ])('go there and back on %s', async (_, address) => {
    const alice = await startTransport([tlsAt(address)])
    const bob = await startTransport([tlsAt(address)])
    const flow = await alice.transport.flowTo(bob.hopTo(0), never)
    alice.transport.send(flow, message('ping'))
    const received = await bob.messages.next()
    expect(received.flow.transport).toBe('tls')
    expect(received.text).toContain('ping')
    bob.transport.send(received.flow, message('pong'))
    expect((await alice.messages.next()).flow).toBe(flow)
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('are taken with %s', async (version) => {
    const box = await startTransport([tls4])
    const phone = await connectSecurely(box.hopTo(0), { minVersion: version, maxVersion: version })
    expect(phone.getProtocol()).toBe(version)
    phone.write(message())
    expect((await box.messages.next()).text).toContain('hello')
  })

  it('are not taken with anything older', async () => {
    const box = await startTransport([tls4])
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    await expect(connectSecurely(box.hopTo(0), old)).rejects.toThrow(/alert protocol version|ECONNRESET/)
  })

  it('reach a phone on the connection it made', async () => {
    const box = await startTransport([tls4])
    const phone = await connectSecurely(box.hopTo(0))
    phone.write(message())
    const { flow } = await box.messages.next()
    const { remoteAddress: address, remotePort: port } = flow
    expect(box.transport.flowTo({ transport: 'tls', address, port, host: address }, never)).toBe(flow)
  })
})

describe('a server found by name', () => {
  const nameIt = (hop: Hop, host: string): Hop => ({ ...hop, host })

  it.each(['box.example.org', 'BOX.example.org', 'example.org'])('is taken as %s', async (host) => {
    const alice = await startTransport([tls4])
    const bob = await startTransport([tls4])
    await alice.transport.flowTo(nameIt(bob.hopTo(0), host), never)
  })

  it('is told the name, so that it can choose its certificate', async () => {
    const alice = await startTransport([tls4])
    const asked = Promise.withResolvers<string>()
    const SNICallback = (name: string, done: (error: Error | null) => void) => {
      asked.resolve(name)
      done(null)
    }
    const server = createServer({ ...testCertificate('box'), SNICallback }).listen(0, '127.0.0.1')
    cleanUp.push(() => server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const hop: Hop = { transport: 'tls', address: '127.0.0.1', port, host: 'box.example.org' }
    await alice.transport.flowTo(hop, never)
    expect(await asked.promise).toBe('box.example.org')
  })

  it('is refused with the certificate of another', async () => {
    const alice = await startTransport([tls4])
    const bob = await startTransport([tls4])
    const other = testCertificate('other')
    bob.transport.replaceCredentials(other)
    await expect(alice.transport.flowTo(nameIt(bob.hopTo(0), 'box.example.org'), never)).rejects.toThrow(
      /cannot connect to tls 127.0.0.1:\d+: the certificate is for other.example.net, not for box.example.org/,
    )
    await alice.transport.flowTo(nameIt(bob.hopTo(0), 'other.example.net'), never)
  })

  it.each([
    ['expired', 'certificate has expired'],
    ['foreign', 'unable to verify the first certificate'],
  ] as const)('is refused with a certificate that is %s', async (holder, why) => {
    const alice = await startTransport([tls4])
    const bob = await startTransport([tlsAt('127.0.0.1', testCertificate(holder))])
    await expect(alice.transport.flowTo(nameIt(bob.hopTo(0), 'box.example.org'), never)).rejects.toThrow(why)
    const careless = await startTransport([tls4], { verifiesServers: false })
    await careless.transport.flowTo(nameIt(bob.hopTo(0), 'box.example.org'), never)
  })

  it('gets no connection that was checked for another name', async () => {
    const alice = await startTransport([tls4])
    const bob = await startTransport([tls4])
    await alice.transport.flowTo(nameIt(bob.hopTo(0), 'example.org'), never)
    await expect(alice.transport.flowTo(nameIt(bob.hopTo(0), 'example.net'), never)).rejects.toThrow(
      'not for example.net',
    )
  })

  it('is spoken with on the connection that is open, though its Contact has but an address', async () => {
    const alice = await startTransport([tls4])
    const bob = await startTransport([tls4])
    const flow = await alice.transport.flowTo(nameIt(bob.hopTo(0), 'box.example.org'), never)
    expect(alice.transport.flowTo({ ...bob.hopTo(0), isFlow: true }, never)).toBe(flow)
  })

  it('that never finishes its handshake fails in time', async () => {
    const alice = await startTransport([tls4], { connectTimeoutMs: 100 })
    const silent = await startTransport([{ transport: 'tcp', address: '127.0.0.1', port: 0 }])
    const hop: Hop = { ...silent.hopTo(0), transport: 'tls' }
    await expect(alice.transport.flowTo(hop, never)).rejects.toThrow('no handshake within 100 ms')
  })
})

describe('a certificate', () => {
  it('is the one for the name that the client asks for, else the first', async () => {
    const both = { ...testCertificate('box'), more: [testCertificate('other')] }
    const box = await startTransport([tlsAt('127.0.0.1', both)])
    const shownTo = async (servername: string) => {
      const socket = await connectSecurely(box.hopTo(0), { servername, rejectUnauthorized: false })
      return socket.getPeerCertificate().subject.CN
    }
    expect(await shownTo('box.example.org')).toBe('box.example.org')
    expect(await shownTo('Other.example.net')).toBe('other.example.net')
    expect(await shownTo('unknown.example.com')).toBe('box.example.org')
    box.transport.replaceCredentials({ ...testCertificate('other'), more: [testCertificate('renewed')] })
    expect(await shownTo('unknown.example.com')).toBe('other.example.net')
    expect(await shownTo('example.org')).toBe('box.example.org')
  })

  it('is exchanged without ending a connection', async () => {
    const box = await startTransport([tls4])
    const before = await connectSecurely(box.hopTo(0))
    before.write(message('one'))
    const { flow } = await box.messages.next()
    box.transport.replaceCredentials(testCertificate('renewed'))
    const after = await connectSecurely(box.hopTo(0))
    expect(serialOf(after)).not.toBe(serialOf(before))
    before.write(message('two'))
    const received = await box.messages.next()
    expect(received.text).toContain('two')
    expect(received.flow).toBe(flow)
  })

  it('that is of no use changes nothing', async () => {
    const box = await startTransport([tls4])
    const mixed = { ...testCertificate('box'), key: testCertificate('other').key }
    expect(() => box.transport.replaceCredentials(mixed)).toThrow('key values mismatch')
    await connectSecurely(box.hopTo(0))
  })

  it.each([
    ['of another key', { ...testCertificate('box'), key: testCertificate('other').key }, 'does not belong'],
    ['that is no PEM', { ...testCertificate('box'), cert: 'nonsense' }, 'not in PEM form'],
    ['missing', undefined, 'it needs a certificate'],
  ])('%s stops the start', async (_, tls, why) => {
    const spec: ListenSpec = { transport: 'tls', address: '127.0.0.1', port: 0, ...(tls && { tls }) }
    await expect(startTransport([spec])).rejects.toThrow(why)
  })

  it('is asked of clients, who need not show one, but not a bad one', async () => {
    const box = await startTransport([
      tlsAt('127.0.0.1', { ...testCertificate('box'), requestClientCertificate: true }),
    ])
    for (const own of [{}, testCertificate('other')]) {
      const phone = await connectSecurely(box.hopTo(0), own)
      phone.write(message())
      await box.messages.next()
    }
    const { cert, key } = testCertificate('foreign')
    // With TLS 1.3 the client is done before the server has seen its certificate: the connection closes after.
    const stranger = await connectSecurely(box.hopTo(0), { cert, key })
    stranger.resume()
    await closed(stranger)
    expect(box.transport.connections.open).toBe(2)
  })
})

describe('a handshake', () => {
  it('that is not finished in time is given up, and good connections go on', async () => {
    const box = await startTransport([tls4], { handshakeTimeoutMs: 150 })
    const good = await connectSecurely(box.hopTo(0))
    good.write(message('one'))
    await box.messages.next()
    const halfOpen = await connectTo(box.hopTo(0))
    // The beginning of a ClientHello, drop by drop: activity does not buy time.
    halfOpen.resume()
    const record = Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3])
    let sent = 0
    const drip = setInterval(() => halfOpen.write(record.subarray(sent, ++sent)), 20)
    cleanUp.push(() => clearInterval(drip))
    await closed(halfOpen)
    good.write(message('two'))
    expect((await box.messages.next()).text).toContain('two')
  })

  it('counts against the limit of its address until it is given up', async () => {
    const box = await startTransport([tls4], { maxConnectionsPerAddress: 1, handshakeTimeoutMs: 150 })
    const halfOpen = await connectTo(box.hopTo(0))
    halfOpen.resume()
    await expect(connectSecurely(box.hopTo(0))).rejects.toThrow()
    expect(box.transport.connections).toMatchObject({ open: 0, refused: 1 })
    await closed(halfOpen)
    await connectSecurely(box.hopTo(0))
  })

  it('that is no handshake is dropped', async () => {
    const box = await startTransport([tls4])
    const plain = await connectTo(box.hopTo(0))
    plain.resume()
    plain.write(message())
    await closed(plain)
    expect(box.transport.connections.open).toBe(0)
  })
})
