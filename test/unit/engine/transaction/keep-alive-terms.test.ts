import { beforeEach, describe, expect, it } from 'vitest'
import { responseTo } from '../../../../src/engine/message/response.ts'
import { hop, makeLayer, newRequest, RecordingEvents, requestText } from './layer-setup.ts'

let bed: ReturnType<typeof makeLayer>

beforeEach(() => {
  bed = makeLayer()
})

describe('on a stream that the far end opened', () => {
  const received = (via: string, method = 'OPTIONS') =>
    bed.transport.receive(
      requestText(method, { transport: 'TCP', via }),
      bed.transport.flow('tcp', '203.0.113.9', 40_000),
    )

  it('an offer of keep-alives is taken (RFC 6223 §4.4)', () => {
    received('203.0.113.9:5060;branch=z9hG4bK1;keep')
    bed.core.last.respond(responseTo(bed.core.last.request, 200))
    expect(bed.transport.takeOne().message.get('via')).toContain(';keep=120')
    expect(bed.transport.agreed).toEqual(['40000 pings us every 120 s'])
  })

  it('an offer to take requests is passed on with the port that it is for (RFC 5923)', () => {
    received('edge.example;branch=z9hG4bK1;alias')
    received('edge.example:5080;branch=z9hG4bK2;alias')
    expect(bed.transport.agreed).toEqual(['40000 is edge.example:5060', '40000 is edge.example:5080'])
  })

  it('a registrar’s Flow-Timer is the phone’s promise (RFC 5626 §4.4)', () => {
    received('203.0.113.9:5060;branch=z9hG4bK1', 'REGISTER')
    const response = responseTo(bed.core.last.request, 200)
    response.append('Flow-Timer', '90')
    bed.core.last.respond(response)
    expect(bed.transport.agreed).toEqual(['40000 pings us every 90 s'])
  })

  it('nothing is agreed that nobody offered', () => {
    received('203.0.113.9:5060;branch=z9hG4bK1')
    bed.core.last.respond(responseTo(bed.core.last.request, 200))
    expect(bed.transport.takeOne().message.get('via')).not.toContain('keep')
    expect(bed.transport.agreed).toEqual([])
  })
})

describe('on a stream of our own', () => {
  const ask = async (answerVia: (via: string) => string, headers: [string, string][] = []) => {
    const flow = bed.transport.flow('tcp', '198.51.100.7', 5060)
    bed.transport.unreachable.set(5060, Promise.resolve(Object.assign(flow, { isOurs: true })))
    const destination = { kind: 'hops', hops: [hop(5060, 'tcp')] } as const
    bed.layer.request(newRequest('REGISTER'), destination, new RecordingEvents())
    await new Promise((resolve) => setImmediate(resolve))
    const { message } = bed.transport.takeOne()
    if (!message.isRequest) throw new Error('no request')
    const response = responseTo(message, 200, undefined, { toTag: 'r' })
    for (const [name, value] of headers) response.append(name, value)
    const via = response.get('via') ?? ''
    response.set('Via', answerVia(via))
    bed.transport.receive(response.toText(), flow)
    return via
  }

  it('keep-alives are offered, and sent as often as the far end wants', async () => {
    const offered = await ask((via) => via.replace(';keep', ';keep=30'))
    expect(offered).toMatch(/;keep$/)
    expect(bed.transport.agreed).toEqual(['we ping 5060 every 30 s'])
  })

  it('a registrar’s Flow-Timer asks for them too', async () => {
    await ask((via) => via, [['Flow-Timer', '60']])
    expect(bed.transport.agreed).toEqual(['we ping 5060 every 60 s'])
  })

  it('they are not sent to who has not agreed', async () => {
    await ask((via) => via)
    expect(bed.transport.agreed).toEqual([])
  })
})

it('nothing is offered on UDP', async () => {
  bed.layer.request(newRequest('OPTIONS'), { kind: 'hops', hops: [hop(5060)] }, new RecordingEvents())
  await new Promise((resolve) => setImmediate(resolve))
  expect(bed.transport.takeOne().message.get('via')).not.toMatch(/keep|alias/)
})
