import { expect, it } from 'vitest'
import { responseTo } from '../../../../src/engine/message/response.ts'
import { makeLayer, requestText } from './layer-setup.ts'

/** A layer that has heard a MESSAGE, and what its core answers. */
function withMessage(transportName: 'udp' | 'tcp' = 'udp') {
  const bed = makeLayer()
  const phone = bed.transport.flow(transportName, '203.0.113.9', 5080)
  const text = requestText('MESSAGE', { transport: transportName === 'udp' ? 'UDP' : 'TCP' })
  bed.transport.receive(text, phone)
  const answer = (status: number): boolean =>
    bed.core.last.respond(responseTo(bed.core.last.request, status, undefined, { toTag: 'box' }))
  return { ...bed, phone, text, answer }
}

it.each(['udp', 'tcp'] as const)('a slow answer over %s is announced as Timer E reaches T2', (name) => {
  const { clock, transport } = withMessage(name)
  clock.advance(3_490)
  expect(transport.sent).toEqual([])
  clock.advance(10)
  expect(transport.takeLines()).toEqual(['100 MESSAGE'])
})

it('an announced answer quietens repetitions, and still comes', () => {
  const { clock, transport, phone, text, answer } = withMessage()
  clock.advance(3_500)
  transport.take()
  transport.receive(text, phone)
  expect(transport.takeLines()).toEqual(['100 MESSAGE'])
  expect(answer(200)).toBe(true)
  expect(transport.takeLines()).toEqual(['200 MESSAGE'])
})

it('an answer in time is not announced', () => {
  const { clock, transport, answer } = withMessage()
  answer(202)
  clock.advance(10_000)
  expect(transport.takeLines()).toEqual(['202 MESSAGE'])
})

it.each([100, 183, 408])('a %i of the core is not sent', (status) => {
  const { transport, core, answer } = withMessage()
  expect(answer(status)).toBe(false)
  expect(transport.sent).toEqual([])
  expect(core.last.isFinal).toBe(false)
})

it('a transaction that was announced ends with the client’s patience', () => {
  const { clock, transport, layer, answer } = withMessage()
  clock.advance(31_990)
  expect(layer.counts.server).toBe(1)
  clock.advance(20)
  expect(layer.counts.server).toBe(0)
  transport.take()
  expect(answer(200)).toBe(false)
  expect(transport.sent).toEqual([])
})

it('a late response to another request than INVITE is dropped (RFC 4320 §4.2)', () => {
  const { transport, core, layer } = withMessage()
  const text = [
    'SIP/2.0 200 OK',
    'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKgone',
    'Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bK1',
    'From: <sip:carol@example.org>;tag=c',
    'To: <sip:box@192.0.2.1>;tag=d',
    'Call-ID: call-2',
    'CSeq: 7 MESSAGE',
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n')
  transport.receive(text, transport.flow('udp', '198.51.100.7', 5060))
  expect(transport.sent).toEqual([])
  expect(core.heard).toEqual(['MESSAGE'])
  expect(layer.counts).toMatchObject({ strayResponses: 1, dropped: { strayResponses: 1 } })
})
