import { describe, expect, it } from 'vitest'
import type { Flow } from '../../../../src/engine/transport/flow.ts'
import type { Hop } from '../../../../src/engine/transport/hop.ts'
import type { FakeTransport } from './fake-transport.ts'
import { hop, makeLayer, newRequest, RecordingEvents } from './layer-setup.ts'

const microtasks = () => new Promise<void>((resolve) => setImmediate(resolve))
const link: Hop = { ...hop(5060, 'tcp'), isLink: true }

describe('a request on a link whose path moves', () => {
  const start = async (to: Hop, makeReady?: (transport: FakeTransport) => void) => {
    const bed = makeLayer()
    makeReady?.(bed.transport)
    const events = new RecordingEvents()
    bed.layer.request(newRequest('BYE'), { kind: 'hops', hops: [to] }, events)
    await microtasks()
    const { flow, message } = bed.transport.takeOne()
    return { bed, events, flow, message }
  }
  const close = async (transport: FakeTransport, flow: Flow) => {
    Object.assign(flow, { isOpen: false })
    transport.user?.onFlowFailed(flow, new Error('closed by the far end'))
    await microtasks()
  }

  it('is sent again, once, on a new connection', async () => {
    const { bed, events, flow, message } = await start(link)
    await close(bed.transport, flow)
    const again = bed.transport.takeOne()
    expect(again.flow).not.toBe(flow)
    expect(again.message.get('cseq')).toBe(message.get('cseq'))
    expect(again.message.topVia.branch).not.toBe(message.topVia.branch)
    expect(events.heard).toEqual([])
    await close(bed.transport, again.flow)
    expect(events.heard).toEqual(['transport: closed by the far end'])
  })

  it('fails when the connection was made for it: the far end is gone', async () => {
    const { bed, events, flow } = await start(link, (transport) => {
      transport.unreachable.set(5060, Promise.resolve(transport.flow('tcp', '198.51.100.7', 5060)))
    })
    await close(bed.transport, flow)
    expect(events.heard).toEqual(['transport: closed by the far end'])
  })

  it('fails on any other connection', async () => {
    const { bed, events, flow } = await start(hop(5060, 'tcp'))
    await close(bed.transport, flow)
    expect(events.heard).toEqual(['transport: closed by the far end'])
  })
})
