import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Flow } from '../../../src/engine/transport/flow.ts'
import type { Hop } from '../../../src/engine/transport/hop.ts'
import type { ListenSpec } from '../../../src/engine/transport/listen-spec.ts'
import { testCertificate } from '../../support/test-certificate.ts'
import { closingAfterEach, connectTo, message, never, startTransport, tcp4 } from './running-transport.ts'

const cleanUp = closingAfterEach()

const tls = (requestClientCertificate: boolean): ListenSpec => ({
  transport: 'tls',
  address: '127.0.0.1',
  port: 0,
  tls: { ...testCertificate('box'), requestClientCertificate },
})

describe('an alias (RFC 5923)', () => {
  /** A neighbour's connection, as the box sees it. */
  async function inboundTls(requestClientCertificate: boolean) {
    const box = await startTransport([tls(requestClientCertificate)])
    const neighbour = await startTransport([tls(false)])
    const flow = await neighbour.transport.flowTo({ ...box.hopTo(0), host: 'example.org' }, never)
    neighbour.transport.send(flow, message())
    return { box, flow: (await box.messages.next()).flow }
  }
  // Nobody listens there: what is not sent on the alias fails.
  const listening = (host: string): Hop => ({ transport: 'tls', address: '127.0.0.1', port: 1, host })

  it('is used for the names that the far end has a certificate for', async () => {
    const { box, flow } = await inboundTls(true)
    box.transport.alias(flow, 'box.example.org', 1)
    expect(box.transport.flowTo(listening('box.example.org'), never)).toBe(flow)
    expect(box.transport.flowTo(listening('EXAMPLE.org'), never)).toBe(flow)
    await expect(box.transport.flowTo(listening('other.example.net'), never)).rejects.toThrow('ECONNREFUSED')
  })

  it.each([
    ['without a certificate', false, 'box.example.org'],
    ['for a name that is not in the certificate', true, 'other.example.net'],
  ])('%s is ignored', async (_, requestClientCertificate, name) => {
    const { box, flow } = await inboundTls(requestClientCertificate)
    box.transport.alias(flow, name, 1)
    await expect(box.transport.flowTo(listening(name), never)).rejects.toThrow('ECONNREFUSED')
  })

  it('on TCP is used for the very address that the far end has, as long as the connection lives', async () => {
    const box = await startTransport([tcp4])
    const neighbour = await connectTo(box.hopTo(0))
    neighbour.write(message())
    const { flow } = await box.messages.next()
    const hop = (address: string): Hop => ({ transport: 'tcp', address, port: 1, host: address })
    box.transport.alias(flow, '127.0.0.2', 1)
    await expect(box.transport.flowTo(hop('127.0.0.2'), never)).rejects.toThrow('ECONNREFUSED')
    box.transport.alias(flow, '127.0.0.1', 1)
    expect(box.transport.flowTo(hop('127.0.0.1'), never)).toBe(flow)
    neighbour.destroy()
    await box.failures.next()
    await expect(box.transport.flowTo(hop('127.0.0.1'), never)).rejects.toThrow('ECONNREFUSED')
  })
})

describe('a stream that we opened', () => {
  it('is pinged as agreed, and the answers are not taken for questions', async () => {
    const box = await startTransport([tcp4])
    const server = createServer().listen(0, '127.0.0.1')
    cleanUp.push(() => server.close())
    await once(server, 'listening')
    const accepted = once(server, 'connection') as Promise<[Socket]>
    const { port } = server.address() as AddressInfo
    const hop: Hop = { transport: 'tcp', address: '127.0.0.1', port, host: '127.0.0.1' }
    const flow: Flow = await box.transport.flowTo(hop, never)
    const [far] = await accepted
    cleanUp.push(() => far.destroy())
    box.transport.keepAlive(flow, 0.05)
    for (let n = 0; n < 3; n++) {
      const [ping] = (await once(far, 'data')) as [Buffer]
      // An answer to one of our answers would come in between.
      expect(ping.toString()).toBe('\r\n\r\n')
      far.write('\r\n')
    }
    far.write(message('still a message'))
    expect((await box.messages.next()).text).toContain('still a message')
  })
})
