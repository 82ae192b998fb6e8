import { describe, expect, it } from 'vitest'
import { SipParseError } from '../../../../src/engine/message/parse.ts'
import { responseTo } from '../../../../src/engine/message/response.ts'
import type { ServerTransaction } from '../../../../src/engine/transaction/transaction-user.ts'
import { makeLayer, requestText } from './layer-setup.ts'

const respond = (transaction: ServerTransaction, status: number) =>
  transaction.respond(responseTo(transaction.request, status, undefined, { toTag: 'box' }))

/** A layer and the flow of a phone that talks to it. */
function withPhone(...settings: Parameters<typeof makeLayer>) {
  const bed = makeLayer(...settings)
  return { ...bed, phone: bed.transport.flow('udp', '203.0.113.9', 5080) }
}

describe('an INVITE that comes in', () => {
  it('gets a 100 when the core is slow, and is not told again when repeated', () => {
    const { transport, clock, core, phone } = withPhone()
    transport.receive(requestText('INVITE'), phone)
    clock.advance(190)
    expect(transport.sent).toEqual([])
    clock.advance(10)
    expect(transport.takeLines()).toEqual(['100 INVITE'])
    transport.receive(requestText('INVITE'), phone)
    expect(transport.takeLines()).toEqual(['100 INVITE'])
    expect(core.heard).toEqual(['INVITE'])
  })

  it('gets no 100 when the core has said something', () => {
    const { transport, clock, core, phone } = withPhone()
    transport.receive(requestText('INVITE'), phone)
    respond(core.last, 180)
    clock.advance(1_000)
    expect(transport.takeLines()).toEqual(['180 INVITE'])
  })

  it('gets its 100 at once when told so', () => {
    const { transport, phone } = withPhone({ autoTryingAfterMs: 0 })
    transport.receive(requestText('INVITE'), phone)
    expect(transport.takeLines()).toEqual(['100 INVITE'])
  })

  it('is refused again and again until the ACK, which the core does not hear', () => {
    const { transport, clock, core, phone } = withPhone()
    transport.receive(requestText('INVITE'), phone)
    respond(core.last, 486)
    clock.advance(5_000)
    expect(transport.take().map(({ at }) => at)).toEqual([0, 500, 1500, 3500])
    transport.receive(requestText('ACK', { toTag: 'box' }), phone)
    transport.receive(requestText('ACK', { toTag: 'box' }), phone)
    clock.advance(4_990)
    expect(core.last.isFinal).toBe(true)
    let isOver = false
    core.last.onTerminated = () => {
      isOver = true
    }
    clock.advance(20)
    expect(isOver).toBe(true)
    expect(transport.sent).toEqual([])
    expect(core.heard).toEqual(['INVITE'])
  })

  it('is challenged once, and again when it asks again: its address may be a victim (RFC 3261 §26.3.2.4)', () => {
    const { transport, clock, core, phone, layer } = withPhone()
    transport.receive(requestText('INVITE'), phone)
    respond(core.last, 407)
    clock.advance(20_000)
    expect(transport.takeLines()).toEqual(['407 INVITE'])
    transport.receive(requestText('INVITE'), phone)
    expect(transport.takeLines()).toEqual(['407 INVITE'])
    clock.advance(12_010)
    expect(layer.counts.server).toBe(0)
  })

  it('has its challenge repeated when it was told to wait: it will not ask again', () => {
    const { transport, clock, core, phone } = withPhone()
    transport.receive(requestText('INVITE'), phone)
    clock.advance(200)
    respond(core.last, 401)
    clock.advance(600)
    expect(transport.takeLines()).toEqual(['100 INVITE', '401 INVITE', '401 INVITE'])
  })

  it('that is refused without an ACK is given up after Timer H', () => {
    const { transport, clock, core, layer, phone } = withPhone()
    transport.receive(requestText('INVITE'), phone)
    respond(core.last, 486)
    clock.advance(32_010)
    expect(transport.take()).toHaveLength(11)
    expect(layer.counts.server).toBe(0)
  })

  it('that was accepted lets further 2xx through, absorbs repetitions, and hands the ACK up', () => {
    const { transport, clock, core, layer, phone } = withPhone()
    transport.receive(requestText('INVITE'), phone)
    expect(respond(core.last, 200)).toBe(true)
    expect(respond(core.last, 200)).toBe(true)
    expect(respond(core.last, 486)).toBe(false)
    transport.receive(requestText('INVITE'), phone)
    expect(transport.takeLines()).toEqual(['200 INVITE', '200 INVITE'])
    const via = '203.0.113.9:5080;rport;branch=z9hG4bKack'
    transport.receive(requestText('ACK', { via, toTag: 'box' }), phone)
    expect(core.heard).toEqual(['INVITE', 'ack'])
    clock.advance(32_010)
    expect(layer.counts.server).toBe(0)
    expect(respond(core.last, 200)).toBe(false)
  })

  it('that nobody ever answers is answered 408 in the end', () => {
    const { transport, clock, core, phone } = withPhone({ ringingLimitMs: 60_000 })
    transport.receive(requestText('INVITE'), phone)
    respond(core.last, 180)
    clock.advance(60_010)
    expect(transport.takeLines()).toEqual(['180 INVITE', '408 INVITE'])
  })
})

describe('another request that comes in', () => {
  it('is told once, and its answer is repeated when it is', () => {
    const { transport, clock, core, layer, phone } = withPhone()
    transport.receive(requestText('BYE'), phone)
    transport.receive(requestText('BYE'), phone)
    expect(transport.sent).toEqual([])
    respond(core.last, 200)
    transport.receive(requestText('BYE'), phone)
    expect(transport.takeLines()).toEqual(['200 BYE', '200 BYE'])
    expect(core.heard).toEqual(['BYE'])
    clock.advance(32_010)
    expect(layer.counts.server).toBe(0)
  })

  it('that the core never answers is forgotten', () => {
    const { transport, clock, core, layer, phone } = withPhone()
    transport.receive(requestText('MESSAGE'), phone)
    clock.advance(32_010)
    expect(layer.counts.server).toBe(0)
    transport.take()
    expect(respond(core.last, 200)).toBe(false)
    expect(transport.sent).toEqual([])
  })

  it('is another transaction when only the method or the sender differs', () => {
    const { transport, core, phone } = withPhone()
    transport.receive(requestText('MESSAGE'), phone)
    transport.receive(requestText('INFO'), phone)
    transport.receive(requestText('INFO', { via: '203.0.113.9:5081;rport;branch=z9hG4bK1' }), phone)
    expect(core.heard).toEqual(['MESSAGE', 'INFO', 'INFO'])
  })
})

describe('the top Via', () => {
  it.each([
    [
      'asks for rport',
      '10.0.0.1:5060;rport;branch=z9hG4bK1',
      ';rport=5080;branch=z9hG4bK1;received=203.0.113.9',
    ],
    ['has another address', '10.0.0.1:5060;branch=z9hG4bK1', ';branch=z9hG4bK1;received=203.0.113.9'],
    ['has the address it came from', '203.0.113.9:5080;branch=z9hG4bK1', ':5080;branch=z9hG4bK1'],
    [
      'lies about it',
      '203.0.113.9:5080;received=1.2.3.4;branch=z9hG4bK1',
      ';received=203.0.113.9;branch=z9hG4bK1',
    ],
  ])('that %s is completed', (_, via, expected) => {
    const { transport, core, phone } = withPhone()
    transport.receive(requestText('OPTIONS', { via }), phone)
    expect(core.last.request.get('via')?.endsWith(expected)).toBe(true)
  })

  it('names a link-local sender without the zone, which is a matter of this machine', () => {
    const bed = makeLayer()
    const via = '[2001:db8::9]:5080;rport;branch=z9hG4bK1'
    bed.transport.receive(requestText('OPTIONS', { via }), bed.transport.flow('udp', 'fe80::9%eth0', 5080))
    bed.core.last.respond(responseTo(bed.core.last.request, 200))
    const { message, flow } = bed.transport.takeOne()
    expect(message.get('via')).toContain(';received=fe80::9')
    expect(message.get('via')).not.toContain('%')
    expect(flow.remoteAddress).toBe('fe80::9%eth0')
  })

  it.each([
    ['with rport', '10.0.0.1:5060;rport;branch=z9hG4bK1', 5080],
    ['without rport', '10.0.0.1:5099;branch=z9hG4bK1', 5099],
    ['without any port', '10.0.0.1;branch=z9hG4bK1', 5060],
  ])('%s decides the port that is answered', (_, via, port) => {
    const { transport, core, phone } = withPhone()
    transport.receive(requestText('OPTIONS', { via }), phone)
    respond(core.last, 200)
    const { flow } = transport.takeOne()
    expect([flow.remoteAddress, flow.remotePort]).toEqual(['203.0.113.9', port])
  })

  it('gives the port to connect to when the connection has closed', async () => {
    const { transport, core } = withPhone()
    const connection = transport.flow('tcp', '203.0.113.9', 40_000)
    transport.receive(
      requestText('OPTIONS', { transport: 'TCP', via: '10.0.0.1:5099;branch=z9hG4bK1' }),
      connection,
    )
    connection.isOpen = false
    respond(core.last, 200)
    await new Promise((resolve) => setImmediate(resolve))
    expect(transport.takeOne().flow.remotePort).toBe(5099)
  })
})

describe('a CANCEL', () => {
  it('is answered by the layer each time and told once', () => {
    const { transport, core, phone } = withPhone()
    transport.receive(requestText('INVITE'), phone)
    transport.receive(requestText('CANCEL'), phone)
    transport.receive(requestText('CANCEL'), phone)
    expect(transport.takeLines()).toEqual(['200 CANCEL', '200 CANCEL'])
    expect(core.heard).toEqual(['INVITE', 'cancel of call-2'])
    respond(core.last, 487)
    expect(transport.takeLines()).toEqual(['487 INVITE'])
  })

  it('is answered with the To tag of the responses to its INVITE (RFC 3261 §9.2)', () => {
    const { transport, core, phone } = withPhone()
    transport.receive(requestText('INVITE'), phone)
    respond(core.last, 180)
    transport.take()
    transport.receive(requestText('CANCEL'), phone)
    expect(transport.takeOne().message.to.tag).toBe('box')
    expect(core.last.toTag).toBe('box')
  })

  it('that comes before any response names the tag of those to come', () => {
    const { transport, core, phone } = withPhone()
    transport.receive(requestText('INVITE'), phone)
    transport.receive(requestText('CANCEL'), phone)
    const { tag } = transport.takeOne().message.to
    expect(tag).toBeDefined()
    expect(core.last.toTag).toBe(tag)
  })

  it('of nothing is answered 481, the same each time', () => {
    const { transport, core, phone } = withPhone()
    transport.receive(requestText('CANCEL'), phone)
    transport.receive(requestText('CANCEL'), phone)
    const [one, two] = transport.take()
    expect(one?.message.toText()).toContain('SIP/2.0 481')
    expect(one?.message.to.tag).toBeDefined()
    expect(two?.message.toText()).toBe(one?.message.toText())
    expect(core.heard).toEqual([])
  })
})

describe('a client of RFC 2543, without the magic cookie', () => {
  const via = '203.0.113.9:5080;branch=1'

  it('has its ACK and CANCEL matched', () => {
    const { transport, clock, core, phone } = withPhone()
    transport.receive(requestText('INVITE', { via }), phone)
    transport.receive(requestText('INVITE', { via }), phone)
    transport.receive(requestText('CANCEL', { via }), phone)
    expect(core.heard).toEqual(['INVITE', 'cancel of call-2'])
    respond(core.last, 487)
    transport.receive(requestText('ACK', { via, toTag: 'box' }), phone)
    transport.take()
    clock.advance(1_000)
    expect(transport.sent).toEqual([])
  })

  it('may use one branch for two calls', () => {
    const { transport, core, phone } = withPhone()
    transport.receive(requestText('INVITE', { via, callId: 'one' }), phone)
    transport.receive(requestText('INVITE', { via, callId: 'two' }), phone)
    expect(core.heard).toEqual(['INVITE', 'INVITE'])
  })
})

describe('what cannot be served', () => {
  it('is answered with the reason when it is a request', () => {
    const { transport, core, layer, phone } = withPhone()
    transport.receive(requestText('MESSAGE').replace('7 MESSAGE', '7 INFO'), phone)
    expect(transport.takeOne().message.toText()).toContain('SIP/2.0 400 CSeq Method Mismatch\r\n')
    expect(core.heard).toEqual([])
    expect(layer.counts).toMatchObject({ parseErrors: 1, dropped: { unreadable: 0 } })
  })

  it.each([
    ['an ACK', requestText('ACK').replace('7 ACK', 'x ACK')],
    ['a response', 'SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1\r\n\r\n'],
    ['noise', 'GET / HTTP/1.1\r\n\r\n'],
  ])('is dropped when it is %s', (_, text) => {
    const { transport, layer, phone } = withPhone()
    transport.receive(text, phone)
    expect(transport.sent).toEqual([])
    expect(layer.counts).toMatchObject({ parseErrors: 1, dropped: { unreadable: 1 } })
  })

  it('is answered on a stream that is out of step', () => {
    const { transport, layer } = withPhone()
    const connection = transport.flow('tcp', '203.0.113.9', 40_000)
    const head = requestText('INVITE').replace('Content-Length: 0\r\n', '')
    layer.onBadFrame(Buffer.from(head), connection, 400, 'Missing Or Bad Content-Length')
    expect(transport.takeOne().message.toText()).toContain('SIP/2.0 400 Missing Or Bad Content-Length\r\n')
  })

  it('is told to come back later, unless it is part of a call that is up', () => {
    const { transport, core, layer, phone } = withPhone({ maxServerTransactions: 1, retryAfterSeconds: 9 })
    transport.receive(requestText('INVITE'), phone)
    transport.receive(requestText('MESSAGE'), phone)
    const refused = transport.takeOne()
    expect(refused.message.toText()).toContain('SIP/2.0 503')
    expect(refused.message.get('retry-after')).toBe('9')
    transport.receive(requestText('BYE', { toTag: 'box' }), phone)
    expect(core.heard).toEqual(['INVITE', 'BYE'])
    expect(layer.counts.overloaded).toBe(1)
  })

  it('is answered 500 when the core fails, 400 when it finds a malformed header', () => {
    const { transport, core, phone } = withPhone()
    core.onNext = () => {
      throw new TypeError('bug')
    }
    transport.receive(requestText('MESSAGE'), phone)
    core.onNext = () => {
      throw new SipParseError('Bad Contact')
    }
    transport.receive(requestText('INFO'), phone)
    expect(transport.takeLines()).toEqual(['500 MESSAGE', '400 INFO'])
  })
})

describe('the counts', () => {
  it('tell how many transactions were begun, and how many are open', () => {
    const { transport, core, layer, phone } = withPhone()
    transport.receive(requestText('INVITE'), phone)
    transport.receive(requestText('FROBNICATE'), phone)
    respond(core.last, 501)
    expect(layer.counts).toMatchObject({ server: 2, serverStarted: 2 })
    layer.stop()
    expect(layer.counts).toMatchObject({ server: 0, serverStarted: 2, serverTimeouts: 0 })
  })

  it('tell how long the caller waited for its answer, and answers that nobody acknowledged', () => {
    const { transport, core, layer, phone, clock } = withPhone()
    transport.receive(requestText('INVITE'), phone)
    respond(core.last, 180)
    expect(layer.answerDelays.figures.counts.reduce((sum, count) => sum + count)).toBe(0)
    respond(core.last, 486)
    expect(layer.answerDelays.figures.counts.reduce((sum, count) => sum + count)).toBe(1)
    clock.advance(33_000)
    expect(layer.counts).toMatchObject({ server: 0, serverTimeouts: 1 })
  })
})

it.each(['INVITE', 'OPTIONS'])(
  '%s is over in time though its response has a To that cannot be read',
  (method) => {
    const { transport, clock, core, layer, phone } = withPhone()
    core.onNext = (transaction) => {
      const response = responseTo(transaction.request, 486)
      response.set('To', '<sip:box@192.0.2.1>;tag=a;tag=b')
      transaction.respond(response)
    }
    const sent: string[] = []
    transport.send = (_, data) => {
      sent.push(data.toString().slice(0, 11))
    }
    transport.receive(requestText(method), phone)
    expect(sent).toEqual(['SIP/2.0 486'])
    clock.advance(70_000)
    expect(layer.counts.server).toBe(0)
  },
)
