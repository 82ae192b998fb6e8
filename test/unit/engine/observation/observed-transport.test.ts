import { expect, it } from 'vitest'
import { kindNames } from '../../../../src/engine/observation/message-kind.ts'
import { ObservedTransport } from '../../../../src/engine/observation/observed-transport.ts'
import type { Flow } from '../../../../src/engine/transport/flow.ts'
import type { Transport, TransportUser } from '../../../../src/engine/transport/transport-layer.ts'

const udp = { transport: 'udp' } as Flow
const tls = { transport: 'tls' } as Flow

function observed() {
  const sent: string[] = []
  const heard: string[] = []
  const seen: string[] = []
  let user: TransportUser | undefined
  const inner = {
    deliverTo: (to: TransportUser) => {
      user = to
    },
    send: (_flow: Flow, data: Buffer) => sent.push(data.toString()),
  } as unknown as Transport
  const transport = new ObservedTransport(inner, [
    { saw: (direction, data, _flow, kind) => seen.push(`${direction} ${kindNames[kind]} ${data.length}`) },
  ])
  transport.deliverTo({
    onMessage: (data: Buffer) => heard.push(data.toString()),
  } as unknown as TransportUser)
  return {
    transport,
    sent,
    heard,
    seen,
    receive: (text: string, flow: Flow) => user?.onMessage(Buffer.from(text), flow),
  }
}

it('counts by direction, transport and kind what is on the wire, and passes it on', () => {
  const { transport, sent, heard, seen, receive } = observed()
  receive('INVITE sip:a SIP/2.0', udp)
  receive('INVITE sip:a SIP/2.0', udp)
  receive('SIP/2.0 486 Busy Here', tls)
  transport.send(udp, Buffer.from('SIP/2.0 100 Trying'))
  expect(transport.counts.figures).toEqual([
    { direction: 'in', transport: 'udp', bytes: 40, messages: { INVITE: 2 } },
    { direction: 'out', transport: 'udp', bytes: 18, messages: { '1xx': 1 } },
    { direction: 'in', transport: 'tls', bytes: 21, messages: { '4xx': 1 } },
  ])
  expect(heard).toHaveLength(3)
  expect(sent).toEqual(['SIP/2.0 100 Trying'])
  expect(seen.at(-1)).toBe('out 1xx 18')
})

it('knows every method, and gives strangers no counter of their own', () => {
  const methods = kindNames.slice(1, kindNames.indexOf('1xx'))
  const { transport, receive } = observed()
  for (const method of methods) receive(`${method} sip:a SIP/2.0`, udp)
  for (const text of [
    'INVITED sip:a SIP/2.0',
    'INFORM sip:a SIP/2.0',
    'FOO sip:a SIP/2.0',
    'SIP/2.0 999 x',
    '',
  ])
    receive(text, udp)
  const expected = { ...Object.fromEntries(methods.map((method) => [method, 1])), other: 5 }
  expect(transport.counts.figures[0]?.messages).toEqual(expected)
})
