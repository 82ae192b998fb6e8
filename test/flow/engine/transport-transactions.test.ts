import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { SipRequest, type SipResponse } from '../../../src/engine/message/message.ts'
import { responseTo } from '../../../src/engine/message/response.ts'
import { SipTransactionLayer } from '../../../src/engine/transaction/transaction-layer.ts'
import type { TransactionSettings } from '../../../src/engine/transaction/transaction-settings.ts'
import type { ServerTransaction } from '../../../src/engine/transaction/transaction-user.ts'
import type { Hop } from '../../../src/engine/transport/hop.ts'
import { SocketTransport } from '../../../src/engine/transport/socket-transport.ts'
import { type Clock, systemClock } from '../../../src/lib/clock.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'

const cleanUp: (() => unknown)[] = []

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

/** A user agent that answers every request 200, INVITE after a 180. */
async function startAgent(
  transportName: 'udp' | 'tcp',
  settings: Partial<TransactionSettings> = {},
  clock: Clock = systemClock,
) {
  const listen = { transport: transportName, address: '127.0.0.1', port: 0 } as const
  const transport = new SocketTransport({ listen: [listen], log: silentLog })
  const layer = new SipTransactionLayer({
    transport,
    resolver: {
      resolve: () => {
        throw new Error('no names here')
      },
    },
    log: silentLog,
    clock,
    settings,
  })
  const heard: string[] = []
  layer.deliverTo({
    onRequest: (transaction: ServerTransaction, request) => {
      heard.push(request.method)
      if (transaction.isInvite) transaction.respond(responseTo(request, 180, undefined, { toTag: 'b' }))
      transaction.respond(responseTo(request, 200, undefined, { toTag: 'b' }))
    },
    onCancel: () => undefined,
    onAck: () => heard.push('ACK'),
    onStrayResponse: () => heard.push('stray'),
  })
  cleanUp.push(() => transport.stop())
  cleanUp.push(() => layer.stop())
  await transport.start()
  const port = transport.listeningPoints[0]?.port ?? 0
  const hop: Hop = { transport: transportName, address: '127.0.0.1', port, host: '127.0.0.1' }
  return { layer, heard, hop }
}

type Agent = Awaited<ReturnType<typeof startAgent>>

function newRequest(method: string): SipRequest {
  return new SipRequest(method, 'sip:bob@127.0.0.1', [
    ['Max-Forwards', '70'],
    ['From', '<sip:alice@127.0.0.1>;tag=a'],
    ['To', '<sip:bob@127.0.0.1>'],
    ['Call-ID', 'call'],
    ['CSeq', `1 ${method}`],
  ])
}

/** Sends a request and waits for its outcome: the statuses that came, or what went wrong. */
function ask(from: Agent, method: string, hops: readonly Hop[]): Promise<(number | string)[]> {
  const heard: (number | string)[] = []
  return new Promise((resolve) => {
    from.layer.request(
      newRequest(method),
      { kind: 'hops', hops },
      {
        onResponse: (response: SipResponse) => {
          heard.push(response.status)
          if (response.status >= 200) resolve(heard)
        },
        onFailure: (failure) => resolve([...heard, failure.kind]),
      },
    )
  })
}

async function deadUdpHop(): Promise<Hop> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return { transport: 'udp', address: '127.0.0.1', port, host: 'dead' }
}

describe.each(['udp', 'tcp'] as const)('over %s', (transport) => {
  it('a call is set up and acknowledged', async () => {
    const alice = await startAgent(transport)
    const bob = await startAgent(transport)
    expect(await ask(alice, 'INVITE', [bob.hop])).toEqual([180, 200])
    alice.layer.sendDirect(newRequest('ACK'), { kind: 'hops', hops: [bob.hop] })
    expect(await ask(alice, 'BYE', [bob.hop])).toEqual([200])
    expect(bob.heard).toEqual(['INVITE', 'ACK', 'BYE'])
  })

  it('a dead hop is left when it refuses, whatever the timers of the transaction', async () => {
    const alice = await startAgent(transport, {}, new FakeClock())
    const bob = await startAgent(transport)
    const dead: Hop = { ...(await deadUdpHop()), transport }
    expect(await ask(alice, 'INVITE', [dead, bob.hop])).toEqual([180, 200])
    expect(alice.layer.penalties.map(({ port }) => port)).toEqual([dead.port])
  })

  it('a dead destination is a failure of the transport', async () => {
    const alice = await startAgent(transport)
    expect(await ask(alice, 'OPTIONS', [{ ...(await deadUdpHop()), transport }])).toEqual(['transport'])
  })
})

it('a request repeated by a real network is served once', async () => {
  const bob = await startAgent('udp')
  const phone = createSocket('udp4').bind(0, '127.0.0.1')
  cleanUp.push(() => phone.close())
  await once(phone, 'listening')
  const request = newRequest('MESSAGE')
  request.prepend('Via', `SIP/2.0/UDP 127.0.0.1:${phone.address().port};rport;branch=z9hG4bKsame`)
  const answers: string[] = []
  const twoAnswers = new Promise<void>((resolve) => {
    phone.on('message', (data) => {
      answers.push(data.toString())
      if (answers.length === 2) resolve()
    })
  })
  phone.send(request.toBuffer(), bob.hop.port, '127.0.0.1')
  phone.send(request.toBuffer(), bob.hop.port, '127.0.0.1')
  await twoAnswers
  expect(answers[0]).toContain('SIP/2.0 200')
  expect(answers[1]).toBe(answers[0])
  expect(bob.heard).toEqual(['MESSAGE'])
})
