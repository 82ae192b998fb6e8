import { describe, expect, it } from 'vitest'
import { responseTo } from '../../../../src/engine/message/response.ts'
import { FlowFailed } from '../../../../src/engine/transport/flow-failed.ts'
import type { Hop } from '../../../../src/engine/transport/hop.ts'
import type { SentMessage } from './fake-transport.ts'
import { hop, makeLayer, newRequest, RecordingEvents } from './layer-setup.ts'

type Layer = ReturnType<typeof makeLayer>

const microtasks = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Starts a request and returns when the first hop has been tried. */
async function start(bed: Layer, method: string, hops: readonly Hop[] = [hop(5060)]) {
  const events = new RecordingEvents()
  const transaction = bed.layer.request(newRequest(method), { kind: 'hops', hops }, events)
  expect(bed.transport.sent).toEqual([])
  await microtasks()
  return { events, transaction }
}

function answer(
  bed: Layer,
  sent: SentMessage,
  status: number,
  toTag = 'b',
  headers: [string, string][] = [],
) {
  if (!sent.message.isRequest) throw new Error('only a request is answered')
  const response = responseTo(sent.message, status, 'Test', { toTag })
  for (const [name, value] of headers) response.append(name, value)
  bed.transport.receive(response.toText(), sent.flow)
}

describe('a request', () => {
  it('goes out with a Via that names the listening point', async () => {
    const bed = makeLayer()
    await start(bed, 'OPTIONS')
    const { message, flow } = bed.transport.takeOne()
    expect(message.get('via')).toMatch(/^SIP\/2\.0\/UDP 192\.0\.2\.1:5060;rport;branch=z9hG4bK\w+$/)
    expect(flow.remotePort).toBe(5060)
  })

  it('is repeated over UDP as Timer A says, until Timer B', async () => {
    const bed = makeLayer()
    const { events } = await start(bed, 'INVITE')
    bed.clock.advance(40_000)
    expect(bed.transport.take().map(({ at }) => at)).toEqual([0, 500, 1500, 3500, 7500, 15500, 31500])
    expect(events.heard).toEqual(['timeout: no final response to INVITE'])
    expect(bed.layer.counts).toMatchObject({ client: 0, requestRetransmissions: 6 })
  })

  it('is repeated over UDP as Timer E says, until Timer F', async () => {
    const bed = makeLayer()
    const { events } = await start(bed, 'MESSAGE')
    bed.clock.advance(40_000)
    const times = bed.transport.take().map(({ at }) => at)
    expect(times).toEqual([0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500])
    expect(events.heard).toEqual(['timeout: no final response to MESSAGE'])
  })

  it('is repeated every T2 once a provisional response has come', async () => {
    const bed = makeLayer()
    const { events } = await start(bed, 'MESSAGE')
    answer(bed, bed.transport.takeOne(), 100)
    bed.clock.advance(40_000)
    expect(bed.transport.take().map(({ at }) => at)).toEqual([
      500, 4500, 8500, 12500, 16500, 20500, 24500, 28500,
    ])
    expect(events.heard).toEqual(['100 b', 'timeout: no final response to MESSAGE'])
  })

  it('is not repeated over TCP', async () => {
    const bed = makeLayer()
    const { events } = await start(bed, 'INVITE', [hop(5060, 'tcp')])
    bed.clock.advance(40_000)
    expect(bed.transport.take()).toHaveLength(1)
    expect(events.heard).toEqual(['timeout: no final response to INVITE'])
  })

  it('reports each response once and forgets itself after Timer K', async () => {
    const bed = makeLayer()
    const { events } = await start(bed, 'OPTIONS')
    const sent = bed.transport.takeOne()
    answer(bed, sent, 200)
    answer(bed, sent, 200)
    expect(events.heard).toEqual(['200 b'])
    expect(bed.layer.counts.client).toBe(1)
    bed.clock.advance(5_010)
    expect(bed.layer.counts.client).toBe(0)
  })

  it('hears nothing that was not addressed to it', async () => {
    const bed = makeLayer()
    const { events } = await start(bed, 'OPTIONS')
    const { message, flow } = bed.transport.takeOne()
    if (!message.isRequest) throw new Error('not a request')
    const good = responseTo(message, 200).toText()
    bed.transport.receive(good.replace('192.0.2.1:5060', '192.0.2.99:5060'), flow)
    bed.transport.receive(good.replace('branch=z9hG4bK', 'branch=z9hG4bKx'), flow)
    bed.transport.receive(good.replace('1 OPTIONS', '1 INFO'), flow)
    expect(events.heard).toEqual([])
    expect(bed.layer.counts.dropped).toMatchObject({ foreignResponses: 1, strayResponses: 2 })
    bed.transport.receive(good, flow)
    expect(events.heard).toEqual(['200'])
  })

  it('that is abandoned reports nothing more', async () => {
    const bed = makeLayer()
    const { events, transaction } = await start(bed, 'MESSAGE')
    const sent = bed.transport.takeOne()
    transaction.abandon()
    answer(bed, sent, 200)
    bed.clock.advance(40_000)
    expect(events.heard).toEqual([])
    expect(bed.transport.sent).toEqual([])
  })

  it('is refused when too many are open', async () => {
    const bed = makeLayer({ maxClientTransactions: 1 })
    await start(bed, 'OPTIONS')
    bed.transport.take()
    const second = await start(bed, 'OPTIONS')
    expect(second.events.heard).toEqual(['transport: 1 client transactions are open'])
  })
})

describe('an INVITE', () => {
  it('that is refused is acknowledged by the layer, again for each repetition', async () => {
    const bed = makeLayer()
    const { events } = await start(bed, 'INVITE')
    const invite = bed.transport.takeOne()
    answer(bed, invite, 486)
    answer(bed, invite, 486)
    expect(events.heard).toEqual(['486 b'])
    const acks = bed.transport.take()
    expect(acks).toHaveLength(2)
    const ack = acks[0]?.message
    expect(ack?.isRequest && ack.method).toBe('ACK')
    expect(ack?.get('via')).toBe(invite.message.get('via'))
    expect(ack?.to.tag).toBe('b')
    expect(ack?.get('cseq')).toBe('1 ACK')
    expect(ack?.get('route')).toBe('<sip:proxy.example.com;lr>')
  })

  it('that forks reports each answer once; what is repeated is a stray', async () => {
    const bed = makeLayer()
    const { events } = await start(bed, 'INVITE')
    const invite = bed.transport.takeOne()
    answer(bed, invite, 180, 'x')
    answer(bed, invite, 200, 'x')
    answer(bed, invite, 200, 'y')
    answer(bed, invite, 200, 'x')
    expect(events.heard).toEqual(['180 x', '200 x', '200 y'])
    expect(bed.core.heard).toEqual(['stray 200 x'])
    expect(bed.transport.sent).toEqual([])
    bed.clock.advance(32_010)
    answer(bed, invite, 200, 'y')
    expect(bed.core.heard).toEqual(['stray 200 x', 'stray 200 y'])
  })

  it('is cancelled only once a provisional response has come', async () => {
    const bed = makeLayer()
    const { events, transaction } = await start(bed, 'INVITE')
    const invite = bed.transport.takeOne()
    transaction.cancel([['Reason', 'SIP;cause=200']])
    expect(bed.transport.sent).toEqual([])
    answer(bed, invite, 180)
    const cancel = bed.transport.takeOne()
    expect(cancel.message.isRequest && cancel.message.method).toBe('CANCEL')
    expect(cancel.message.get('via')).toBe(invite.message.get('via'))
    expect(cancel.message.get('cseq')).toBe('1 CANCEL')
    expect(cancel.message.get('reason')).toBe('SIP;cause=200')
    answer(bed, cancel, 200)
    answer(bed, invite, 487)
    expect(events.heard).toEqual(['180 b', '487 b'])
    expect(bed.transport.takeLines()).toEqual(['ACK sip:bob@far.example.com'])
    bed.clock.advance(40_000)
    expect(bed.layer.counts.client).toBe(0)
  })

  it('counts as cancelled when nothing comes for 64·T1 after the CANCEL', async () => {
    const bed = makeLayer()
    const { events, transaction } = await start(bed, 'INVITE')
    answer(bed, bed.transport.takeOne(), 180)
    transaction.cancel()
    answer(bed, bed.transport.takeOne(), 200)
    bed.clock.advance(31_990)
    expect(events.heard).toEqual(['180 b'])
    bed.clock.advance(20)
    expect(events.heard).toEqual(['180 b', 'timeout: no final response to INVITE'])
  })

  it('is not sent at all when it is cancelled before', async () => {
    const never = new Promise<readonly Hop[]>(() => undefined)
    const bed = makeLayer({}, () => never)
    const events = new RecordingEvents()
    const transaction = bed.layer.request(newRequest('INVITE'), { kind: 'uri', uri: 'sip:x@slow' }, events)
    await microtasks()
    transaction.cancel()
    await microtasks()
    expect(events.heard).toEqual(['transport: cancelled before it was sent'])
    expect(bed.transport.sent).toEqual([])
  })

  it('that rings without end is cancelled', async () => {
    const bed = makeLayer({ ringingLimitMs: 60_000 })
    const { events } = await start(bed, 'INVITE')
    const invite = bed.transport.takeOne()
    answer(bed, invite, 180)
    bed.clock.advance(59_000)
    answer(bed, invite, 180)
    bed.clock.advance(59_000)
    expect(bed.transport.sent).toEqual([])
    bed.clock.advance(1_010)
    expect(bed.transport.takeLines()).toEqual(['CANCEL sip:bob@far.example.com'])
    bed.clock.advance(32_010)
    expect(events.heard.at(-1)).toBe('timeout: no final response to INVITE')
  })
})

describe('a destination', () => {
  it('is resolved with what its URI says', async () => {
    const queries: unknown[] = []
    const bed = makeLayer({}, (query) => {
      queries.push(query)
      return Promise.resolve([hop(5070)])
    })
    const uri = 'sip:bob@Far.Example.com:5062;transport=TCP'
    bed.layer.request(newRequest('OPTIONS'), { kind: 'uri', uri }, new RecordingEvents())
    await microtasks()
    expect(queries).toEqual([{ scheme: 'sip', host: 'far.example.com', port: 5062, transport: 'tcp' }])
    expect(bed.transport.takeOne().flow.remotePort).toBe(5070)
  })

  it.each([
    ['leads nowhere', 'sip:x@nowhere.invalid', 'resolve: no such name'],
    ['is no SIP URI', 'tel:+4930123', 'resolve: 416 Unsupported URI Scheme'],
  ])('that %s is reported so', async (_, uri, expected) => {
    const bed = makeLayer({}, () => Promise.reject(new Error('no such name')))
    const events = new RecordingEvents()
    bed.layer.request(newRequest('OPTIONS'), { kind: 'uri', uri }, events)
    await microtasks()
    expect(events.heard).toEqual([expected])
  })

  it('that takes too long to resolve is given up', async () => {
    const bed = makeLayer({ resolveTimeoutMs: 5_000 }, () => new Promise(() => undefined))
    const events = new RecordingEvents()
    bed.layer.request(newRequest('OPTIONS'), { kind: 'uri', uri: 'sip:x@slow' }, events)
    await microtasks()
    bed.clock.advance(5_010)
    expect(events.heard).toEqual(['resolve: took too long'])
  })

  it('that is a flow fails as one when it is gone, and leaves no penalty to who comes there next', async () => {
    const bed = makeLayer({}, () => [hop(5090, 'tcp')])
    bed.transport.unreachable.set(5090, new FlowFailed('no tcp connection is open'))
    const events = new RecordingEvents()
    const uri = 'sip:198.51.100.7:5090;transport=tcp;ob'
    bed.layer.request(newRequest('INVITE'), { kind: 'uri', uri }, events)
    await microtasks()
    expect(events.heard).toEqual(['flow: no tcp connection is open'])
    expect(bed.layer.penalties).toEqual([])
  })

  it('that is a flow fails as one when it closes before the answer', async () => {
    const bed = makeLayer({}, () => [hop(5090, 'tcp')])
    const events = new RecordingEvents()
    const uri = 'sip:198.51.100.7:5090;transport=tcp;ob'
    bed.layer.request(newRequest('INVITE'), { kind: 'uri', uri }, events)
    await microtasks()
    bed.transport.user?.onFlowFailed(bed.transport.takeOne().flow, new Error('closed by the far end'))
    expect(events.heard).toEqual(['flow: closed by the far end'])
  })

  it('that is a closed connection fails at once', async () => {
    const bed = makeLayer()
    const flow = bed.transport.flow('tcp', '198.51.100.7', 5060)
    flow.isOpen = false
    const events = new RecordingEvents()
    bed.layer.request(newRequest('OPTIONS'), { kind: 'flow', flow }, events)
    await microtasks()
    expect(events.heard).toEqual(['flow: the connection has closed'])
  })
})

describe('the next hop is tried', () => {
  it('when one stays silent, with a branch of its own', async () => {
    const bed = makeLayer()
    const { events } = await start(bed, 'INVITE', [hop(1), hop(2)])
    bed.clock.advance(2_000)
    const sent = bed.transport.take()
    expect(sent.map(({ flow, at }) => [flow.remotePort, at])).toEqual([
      [1, 0],
      [1, 500],
      [1, 1500],
      [2, 2000],
    ])
    const [first, , , second] = sent as [SentMessage, SentMessage, SentMessage, SentMessage]
    expect(second.message.topVia.branch).not.toBe(first.message.topVia.branch)
    expect(second.message.getAll('via')).toHaveLength(1)
    answer(bed, second, 200)
    expect(events.heard).toEqual(['200 b'])
    bed.clock.advance(40_000)
    expect(bed.transport.sent).toEqual([])
    expect(bed.layer.counts.client).toBe(0)
  })

  it('but not when it has said that it is trying', async () => {
    const bed = makeLayer()
    const { events } = await start(bed, 'MESSAGE', [hop(1), hop(2)])
    const first = bed.transport.takeOne()
    answer(bed, first, 100)
    bed.clock.advance(10_000)
    expect(new Set(bed.transport.take().map(({ flow }) => flow.remotePort))).toEqual(new Set([1]))
    answer(bed, first, 200)
    expect(events.heard).toEqual(['100 b', '200 b'])
  })

  it('when one cannot be reached, is refused or closes its connection', async () => {
    const bed = makeLayer()
    bed.transport.unreachable.set(1, new Error('no route'))
    bed.transport.unreachable.set(2, Promise.reject(new Error('refused')))
    const { events } = await start(bed, 'OPTIONS', [hop(1), hop(2), hop(3, 'tcp'), hop(4)])
    const third = bed.transport.takeOne()
    expect(third.flow.remotePort).toBe(3)
    bed.layer.onFlowFailed(third.flow, new Error('closed'))
    const fourth = bed.transport.takeOne()
    expect(fourth.flow.remotePort).toBe(4)
    bed.layer.onFlowFailed(fourth.flow, new Error('ECONNREFUSED'))
    expect(events.heard).toEqual(['transport: ECONNREFUSED'])
  })

  it('when connecting takes too long', async () => {
    const bed = makeLayer()
    bed.transport.unreachable.set(1, new Promise(() => undefined))
    await start(bed, 'OPTIONS', [hop(1, 'tcp'), hop(2)])
    bed.clock.advance(2_000)
    expect(bed.transport.takeOne().flow.remotePort).toBe(2)
  })

  it('when one answers 503, which is acknowledged', async () => {
    const bed = makeLayer()
    const { events } = await start(bed, 'INVITE', [hop(1), hop(2)])
    answer(bed, bed.transport.takeOne(), 503, 'b', [['Retry-After', '60']])
    const [ack, second] = bed.transport.take() as [SentMessage, SentMessage]
    expect(ack.message.isRequest && ack.message.method).toBe('ACK')
    expect(second.flow.remotePort).toBe(2)
    answer(bed, second, 503, 'c')
    expect(events.heard).toEqual(['503 c'])
    expect(bed.layer.penalties.map(({ port, until }) => [port, until])).toEqual([[1, 60_000]])
  })

  it('and the last one that answers 503 is tried last by others for as long as it says', async () => {
    const bed = makeLayer()
    const { events } = await start(bed, 'OPTIONS')
    answer(bed, bed.transport.takeOne(), 503, 'b', [['Retry-After', '60']])
    expect(events.heard).toEqual(['503 b'])
    await start(bed, 'OPTIONS', [hop(5060), hop(5070)])
    expect(bed.transport.takeOne().flow.remotePort).toBe(5070)
    expect(bed.layer.penalties).toMatchObject([{ port: 5060, until: 60_000 }])
  })

  it('but never for a request that was cancelled', async () => {
    const bed = makeLayer()
    const { events, transaction } = await start(bed, 'INVITE', [hop(1), hop(2)])
    transaction.cancel()
    bed.clock.advance(40_000)
    expect(new Set(bed.transport.take().map(({ flow }) => flow.remotePort))).toEqual(new Set([1]))
    expect(events.heard).toEqual(['timeout: the hop stays silent'])
  })
})

describe('a hop that was given up', () => {
  /** An INVITE whose first hop was silent for too long, so that it went to the second. */
  async function movedOn() {
    const bed = makeLayer()
    const started = await start(bed, 'INVITE', [hop(1), hop(2), hop(3)])
    bed.clock.advance(2_000)
    const sent = bed.transport.take()
    return { ...bed, bed, ...started, first: sent[0] as SentMessage, second: sent.at(-1) as SentMessage }
  }

  it('is cancelled when it rings after all, and not heard', async () => {
    const { bed, transport, events, first, second } = await movedOn()
    answer(bed, first, 180, 'late')
    const cancel = transport.takeOne()
    expect(cancel.message.isRequest && cancel.message.method).toBe('CANCEL')
    expect(cancel.flow.remotePort).toBe(1)
    answer(bed, first, 487, 'late')
    answer(bed, second, 200, 'good')
    expect(events.heard).toEqual(['200 good'])
    expect(bed.core.heard).toEqual([])
  })

  it('answers all the same: that is the answer, and the next hop is called off', async () => {
    const { bed, transport, clock, events, first, second } = await movedOn()
    answer(bed, second, 180, 'other')
    answer(bed, first, 200, 'late')
    const cancel = transport.takeOne()
    expect([cancel.flow.remotePort, cancel.message.isRequest && cancel.message.method]).toEqual([2, 'CANCEL'])
    answer(bed, cancel, 200, 'other')
    answer(bed, second, 487, 'other')
    const ack = transport.takeOne()
    expect([ack.flow.remotePort, ack.message.isRequest && ack.message.method]).toEqual([2, 'ACK'])
    clock.advance(60_000)
    expect(transport.take()).toEqual([])
    expect(events.heard).toEqual(['180 other', '200 late'])
  })

  it('answers before the next one has said anything: no third is tried', async () => {
    const { bed, transport, clock, events, first } = await movedOn()
    answer(bed, first, 200, 'late')
    clock.advance(60_000)
    expect(transport.take()).toEqual([])
    expect(events.heard).toEqual(['200 late'])
  })

  it('answers after another has refused, or answered: each answer is told once', async () => {
    const { bed, events, first, second } = await movedOn()
    answer(bed, second, 486, 'busy')
    answer(bed, first, 200, 'late')
    answer(bed, first, 200, 'late')
    expect(events.heard).toEqual(['486 busy', '200 late'])
    expect(bed.core.heard).toEqual(['stray 200 late'])
  })

  it('answers when nobody waits for it any more: a stray', async () => {
    const { bed, transaction, events, first, second } = await movedOn()
    answer(bed, second, 486, 'busy')
    transaction.abandon()
    answer(bed, first, 200, 'late')
    expect(events.heard).toEqual(['486 busy'])
    expect(bed.core.heard).toEqual(['stray 200 late'])
  })

  it('is tried last for a while, until it answers', async () => {
    const bed = makeLayer()
    await start(bed, 'OPTIONS', [hop(1), hop(2)])
    bed.clock.advance(2_000)
    bed.transport.take()
    await start(bed, 'OPTIONS', [hop(1), hop(2)])
    expect(bed.transport.takeOne().flow.remotePort).toBe(2)
    bed.clock.advance(28_000)
    bed.transport.take()
    bed.clock.advance(2_010)
    expect(bed.layer.penalties.map(({ port }) => port)).toEqual([2])
    bed.transport.take()
    await start(bed, 'OPTIONS', [hop(1), hop(2)])
    expect(bed.transport.takeOne().flow.remotePort).toBe(1)
  })
})

describe('a message without a transaction', () => {
  it('gets a Via and goes to the first hop that can be reached', async () => {
    const bed = makeLayer()
    bed.transport.unreachable.set(1, new Error('no route'))
    const sent: string[] = []
    const ack = newRequest('ACK')
    bed.layer.sendDirect(ack, { kind: 'hops', hops: [hop(1), hop(2)] }, (request) =>
      sent.push(request.topVia.host),
    )
    expect(sent).toEqual(['192.0.2.1'])
    expect(bed.transport.takeOne().flow.remotePort).toBe(2)
  })

  it('finds its way back by the topmost Via', () => {
    const bed = makeLayer()
    const request = newRequest('INVITE')
    request.prepend(
      'Via',
      'SIP/2.0/UDP phone.example.org:5066;received=203.0.113.5;rport=1234;branch=z9hG4bKx',
    )
    bed.layer.forwardResponse(responseTo(request, 200))
    const { flow } = bed.transport.takeOne()
    expect([flow.remoteAddress, flow.remotePort]).toEqual(['203.0.113.5', 1234])
  })
})

describe('an answer that no transaction knows', () => {
  it.each([
    ['is the core’s when we asked', [], ['stray 200 b']],
    ['is not forwarded to whom it names', ['SIP/2.0/UDP 203.0.113.66;branch=z9hG4bKv'], []],
  ])('%s', (_name, others, heard) => {
    const bed = makeLayer()
    const vias = ['SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKunknown', ...others].map(
      (via) => `Via: ${via}\r\n`,
    )
    const rest = 'From: <sip:a@b>;tag=a\r\nTo: <sip:c@d>;tag=b\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n'
    bed.transport.receive(
      `SIP/2.0 200 OK\r\n${vias.join('')}${rest}`,
      bed.transport.flow('udp', '203.0.113.9', 5060),
    )
    expect(bed.core.heard).toEqual(heard)
    expect(bed.transport.take()).toEqual([])
    expect(bed.layer.counts.strayResponses).toBe(1)
  })
})
