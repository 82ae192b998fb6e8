import { describe, expect, it } from 'vitest'
import type { SipRequest } from '../../../../src/engine/message/message.ts'
import { LoopMark } from '../../../../src/engine/proxy/loop-mark.ts'
import { makeProxy } from './proxy-bed.ts'

/** What another proxy makes of a request that it sends back to us. */
function sentBack(request: SipRequest, uri: string): string {
  const copy = request.clone()
  copy.uri = uri
  copy.prepend('Via', 'SIP/2.0/UDP 203.0.113.9:5080;branch=z9hG4bKother')
  return copy.toText()
}

async function forwarded(method = 'INVITE') {
  const bed = makeProxy()
  await bed.forward(method)
  const [request] = bed.takeRequests(method) as [SipRequest]
  return { ...bed, request }
}

describe('a request that comes back', () => {
  it('as it first came has looped and is answered 482 (RFC 5393 §4.2)', async () => {
    const { request, receive, refusal, takeResponses } = await forwarded()
    await receive(sentBack(request, 'sip:box@192.0.2.1'))
    expect(refusal()).toBe('Rejected with 482 Loop Detected')
    expect(takeResponses().map(({ status }) => status)).toEqual([482])
  })

  it('with another Request-URI spirals and goes on', async () => {
    const { request, receive, refusal, takeRequests } = await forwarded()
    await receive(sentBack(request, 'sip:other@192.0.2.1'))
    expect(refusal()).toBeUndefined()
    expect(takeRequests('INVITE')).toHaveLength(1)
  })

  it('of any method is found', async () => {
    const { request, receive, refusal } = await forwarded('MESSAGE')
    await receive(sentBack(request, 'sip:box@192.0.2.1'))
    expect(refusal()).toContain('482')
  })
})

it('a CANCEL has the branch of its INVITE, mark and all', async () => {
  const { request, answer, receive, transport } = await forwarded()
  await answer(request, 180)
  transport.take()
  const cancelText = sentBack(request, 'sip:box@192.0.2.1')
  expect(cancelText).toContain(request.topVia.branch as string)
  await receive(cancelOf(request))
  const cancel = transport.take().find(({ message }) => message.isRequest)?.message
  expect(cancel?.topVia.branch).toBe(request.topVia.branch)
})

describe('the mark in a branch', () => {
  it.each([
    ['Request-URI', (request: SipRequest) => (request.uri = 'sip:else@192.0.2.1')],
    ['Route', (request: SipRequest) => request.append('Route', '<sip:a.example;lr>')],
    ['Proxy-Require', (request: SipRequest) => request.append('Proxy-Require', 'foo')],
    ['credentials for a proxy', (request: SipRequest) => request.append('Proxy-Authorization', 'Digest x')],
    ['number', (request: SipRequest) => request.set('CSeq', '8 INVITE')],
    ['To tag', (request: SipRequest) => request.set('To', '<sip:box@192.0.2.1>;tag=new')],
  ])('changes with the %s', async (_, change) => {
    const { request } = await forwarded()
    const mark = new LoopMark()
    const before = mark.of(request)
    change(request)
    expect(mark.of(request)).not.toBe(before)
  })

  it('stays the same whatever a passing proxy changes', async () => {
    const { request } = await forwarded()
    const mark = new LoopMark()
    const before = mark.of(request)
    request.prepend('Via', 'SIP/2.0/UDP 203.0.113.9:5080;branch=z9hG4bKother')
    request.set('Max-Forwards', '3')
    request.prepend('Record-Route', '<sip:a.example;lr>')
    expect(mark.of(request)).toBe(before)
  })

  it('is no other proxy’s', async () => {
    const { request } = await forwarded()
    request.prepend('Via', `SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx${new LoopMark().of(request)}`)
    expect(new LoopMark().isLooping(request)).toBe(false)
  })
})

function cancelOf(invite: SipRequest): string {
  return [
    'CANCEL sip:box@192.0.2.1 SIP/2.0',
    `Via: ${invite.values('via')[1]}`,
    'Max-Forwards: 70',
    `From: ${invite.get('from')}`,
    `To: ${invite.get('to')}`,
    `Call-ID: ${invite.callId}`,
    'CSeq: 7 CANCEL',
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n')
}
