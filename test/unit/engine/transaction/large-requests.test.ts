import { describe, expect, it } from 'vitest'
import type { Hop } from '../../../../src/engine/transport/hop.ts'
import { hop, makeLayer, newRequest, RecordingEvents } from './layer-setup.ts'

type Layer = ReturnType<typeof makeLayer>

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

async function sendLarge(bed: Layer, hops: readonly Hop[] = [hop(5060)], bytes = 1_300) {
  const events = new RecordingEvents()
  const request = newRequest('MESSAGE')
  request.body = Buffer.alloc(bytes, 'x')
  const transaction = bed.layer.request(request, { kind: 'hops', hops }, events)
  await settled()
  return { events, transaction }
}

const sentBy = (bed: Layer) => bed.transport.take().map(({ flow }) => flow.transport)

/** TCP connections that the far end neither takes nor refuses. */
function withoutTcpAnswer(bed: Layer): void {
  const flowTo = bed.transport.flowTo.bind(bed.transport)
  bed.transport.flowTo = (target) =>
    target.transport === 'tcp' ? new Promise(() => undefined) : flowTo(target)
}

function withoutTcp(bed: Layer): { readonly asked: () => number } {
  let asked = 0
  const flowTo = bed.transport.flowTo.bind(bed.transport)
  bed.transport.flowTo = (target) => {
    if (target.transport !== 'tcp') return flowTo(target)
    asked++
    return Promise.reject(new Error('connection refused'))
  }
  return { asked: () => asked }
}

describe('a request too large for a datagram (RFC 3261 §18.1.1)', () => {
  it('goes over TCP, with one Via that says so', async () => {
    const bed = makeLayer()
    await sendLarge(bed)
    const { message, flow } = bed.transport.takeOne()
    expect(flow.transport).toBe('tcp')
    expect(message.getAll('via')).toEqual([expect.stringMatching(/^SIP\/2\.0\/TCP /)])
  })

  it('goes over UDP when it just fits', async () => {
    const bed = makeLayer()
    await sendLarge(bed, [hop(5060)], 600)
    expect(sentBy(bed)).toEqual(['udp'])
  })

  it('goes over UDP after all when TCP is refused, and the next at once', async () => {
    const bed = makeLayer()
    const tcp = withoutTcp(bed)
    await sendLarge(bed)
    const { message, flow } = bed.transport.takeOne()
    expect(flow.transport).toBe('udp')
    expect(message.getAll('via')).toEqual([expect.stringMatching(/^SIP\/2\.0\/UDP /)])
    await sendLarge(bed)
    expect(sentBy(bed)).toEqual(['udp'])
    expect(tcp.asked()).toBe(1)
    bed.clock.advance(700_000)
    bed.transport.take()
    await sendLarge(bed)
    expect(tcp.asked()).toBe(2)
  })

  it('goes over UDP after half a second when TCP is not answered', async () => {
    const bed = makeLayer()
    withoutTcpAnswer(bed)
    await sendLarge(bed)
    bed.clock.advance(490)
    expect(sentBy(bed)).toEqual([])
    bed.clock.advance(20)
    expect(sentBy(bed)).toEqual(['udp'])
  })

  it('is not sent any more when it is cancelled meanwhile', async () => {
    const bed = makeLayer()
    withoutTcpAnswer(bed)
    const { transaction, events } = await sendLarge(bed)
    transaction.cancel()
    await settled()
    bed.clock.advance(40_000)
    expect(sentBy(bed)).toEqual([])
    expect(events.heard).toEqual(['transport: cancelled before it was sent'])
  })
})
