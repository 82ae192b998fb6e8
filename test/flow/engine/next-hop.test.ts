import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, it } from 'vitest'
import { SipRequest } from '../../../src/engine/message/message.ts'
import { responseTo } from '../../../src/engine/message/response.ts'
import { SipTransactionLayer } from '../../../src/engine/transaction/transaction-layer.ts'
import type { Hop, TransportName } from '../../../src/engine/transport/hop.ts'
import { NumericResolver } from '../../../src/engine/transport/numeric-resolver.ts'
import { SocketTransport } from '../../../src/engine/transport/socket-transport.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { closingAfterEach, tcp4, udp4 } from './running-transport.ts'

// RFC 3263 §4.3 with real sockets: what becomes of requests when some of a domain's servers are dead.

const cleanUp = closingAfterEach()
let calls = 0

const at = (port: number, transport: TransportName, host: string): Hop => ({
  transport,
  address: '127.0.0.1',
  port,
  host,
})

async function startLayer(onRequest: ConstructorParameters<typeof Core>[0] = () => undefined) {
  const transport = new SocketTransport({ listen: [udp4, tcp4], log: silentLog })
  const layer = new SipTransactionLayer({
    transport,
    resolver: new NumericResolver(),
    log: silentLog,
    // Nothing here takes longer than a few milliseconds, but machines do: silence is what outlasts that.
    settings: { hopSilenceMs: 700 },
  })
  layer.deliverTo(new Core(onRequest))
  cleanUp.push(() => transport.stop())
  cleanUp.push(() => layer.stop())
  await transport.start()
  return { layer, port: transport.listeningPoints[0]?.port ?? 0 }
}

type OnRequest = (respond: (status: number, headers?: [string, string][]) => void) => void

class Core {
  readonly #answer: OnRequest
  readonly onCancel = () => undefined
  readonly onAck = () => undefined
  readonly onStrayResponse = () => undefined

  constructor(answer: OnRequest) {
    this.#answer = answer
  }

  readonly onRequest = (...[transaction, request]: Parameters<SipTransactionLayer['user']['onRequest']>) =>
    this.#answer((status, headers = []) => {
      const response = responseTo(request, status, undefined, { toTag: 't' })
      for (const [name, value] of headers) response.append(name, value)
      transaction.respond(response)
    })
}

/** A server that answers so, and how often it was asked. */
async function server(status: number, headers: [string, string][] = []) {
  let asked = 0
  const { port } = await startLayer((respond) => {
    asked++
    respond(status, headers)
  })
  return { hop: at(port, 'udp', `answers ${status}`), asked: () => asked }
}

/** A port where nobody is. */
async function nobody(transport: 'udp' | 'tcp'): Promise<Hop> {
  const socket =
    transport === 'udp' ? createSocket('udp4').bind(0, '127.0.0.1') : createServer().listen(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address() as AddressInfo
  socket.close()
  return at(port, transport, `nobody at ${transport}`)
}

async function blackHole(): Promise<Hop> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  cleanUp.push(() => socket.close())
  await once(socket, 'listening')
  return at(socket.address().port, 'udp', 'black hole')
}

/** Takes the connection, and resets it when a request comes. */
async function resetting(): Promise<Hop> {
  const listener = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
  listener.listen(0, '127.0.0.1')
  cleanUp.push(() => listener.close())
  await once(listener, 'listening')
  return at((listener.address() as AddressInfo).port, 'tcp', 'resets')
}

/** Asks along the hops: the hosts that were tried, and what came of it. */
async function ask(layer: SipTransactionLayer, hops: readonly Hop[], method = 'OPTIONS') {
  const request = new SipRequest(method, 'sip:bob@example.com', [
    ['Max-Forwards', '70'],
    ['From', '<sip:alice@127.0.0.1>;tag=a'],
    ['To', '<sip:bob@example.com>'],
    ['Call-ID', `call-${++calls}`],
    ['CSeq', `1 ${method}`],
  ])
  const tried: string[] = []
  return new Promise<{ tried: string[]; outcome: number | string }>((resolve) => {
    layer.request(
      request,
      { kind: 'hops', hops },
      {
        onSent: (_request, _flow, hop) => tried.push(hop?.host ?? ''),
        onResponse: ({ status }) => {
          if (status >= 200) resolve({ tried, outcome: status })
        },
        onFailure: ({ kind }) => resolve({ tried, outcome: kind }),
      },
    )
  })
}

it.each(['OPTIONS', 'INVITE'])(
  '%s goes from hop to hop until one answers; the next knows the dead',
  async (method) => {
    const { layer } = await startLayer()
    const busy = await server(503, [['Retry-After', '60']])
    const alive = await server(200)
    const dead = [await nobody('udp'), await nobody('tcp'), await resetting(), await blackHole(), busy.hop]
    const first = await ask(layer, [...dead, alive.hop], method)
    // Where nobody takes a connection nothing is sent.
    const names = ['nobody at udp', 'resets', 'black hole', 'answers 503', 'answers 200']
    expect(first).toEqual({ tried: names, outcome: 200 })
    expect(layer.penalties.map(({ port }) => port)).toEqual(dead.map(({ port }) => port))
    const second = await ask(layer, [...dead, alive.hop], method)
    expect(second).toEqual({ tried: ['answers 200'], outcome: 200 })
    expect(busy.asked()).toBe(1)
  },
)

it('a hop that is silent holds up no other request', async () => {
  const { layer } = await startLayer()
  const alive = await server(200)
  const hole = await blackHole()
  const slow = ask(layer, [hole, alive.hop])
  const order: string[] = []
  const others = [1, 2, 3].map(() => ask(layer, [alive.hop]).then(() => order.push('other')))
  await Promise.all([slow.then(() => order.push('slow')), ...others])
  expect(order).toEqual(['other', 'other', 'other', 'slow'])
  expect((await slow).outcome).toBe(200)
})

it('a penalty is for one transport of one place, and does not keep the last one from being asked', async () => {
  const { layer } = await startLayer()
  const alive = await server(200)
  const overTcp = at(alive.hop.port, 'tcp', 'over tcp')
  expect(await ask(layer, [overTcp])).toEqual({ tried: [], outcome: 'transport' })
  expect(await ask(layer, [overTcp])).toEqual({ tried: [], outcome: 'transport' })
  expect(await ask(layer, [overTcp, alive.hop])).toEqual({ tried: ['answers 200'], outcome: 200 })
})

it('503 from all is the answer, and each is left alone for as long as it says', async () => {
  const { layer } = await startLayer()
  const one = await server(503, [['Retry-After', '60']])
  const two = await server(503, [['Retry-After', '120']])
  expect(await ask(layer, [one.hop, two.hop])).toEqual({
    tried: ['answers 503', 'answers 503'],
    outcome: 503,
  })
  const alive = await server(200)
  expect((await ask(layer, [one.hop, two.hop, alive.hop])).tried).toEqual(['answers 200'])
})
