import { expect, it } from 'vitest'
import type { SipRequest } from '../../../../src/engine/message/message.ts'
import { makeProxy } from './proxy-bed.ts'

const three = ['sip:bob@198.51.100.1', 'sip:bob@198.51.100.2', 'sip:bob@198.51.100.3']
const withBreadth = (value: string) => (text: string) =>
  text.replace('Max-Forwards', `Max-Breadth: ${value}\r\nMax-Forwards`)
const breadths = (requests: readonly SipRequest[]) => requests.map((request) => request.get('max-breadth'))

it('is 60 for a request that comes without (RFC 5393 §5.3.1)', async () => {
  const { forward, takeRequests } = makeProxy()
  await forward('MESSAGE')
  expect(breadths(takeRequests('MESSAGE'))).toEqual(['60'])
})

it('is shared among branches at the same time', async () => {
  const { forward, takeRequests } = makeProxy()
  await forward('INVITE', { targets: three, isParallel: true }, withBreadth('8'))
  expect(breadths(takeRequests('INVITE'))).toEqual(['2', '3', '3'])
})

it('is free again when a branch has ended', async () => {
  const { forward, answer, takeRequests } = makeProxy()
  await forward('INVITE', { targets: three }, withBreadth('1'))
  for (const _ of three) {
    const [invite, ...others] = takeRequests('INVITE') as [SipRequest]
    expect(others).toEqual([])
    expect(invite.get('max-breadth')).toBe('1')
    await answer(invite, 404)
  }
})

it.each([
  ['too little for all targets', { targets: three, isParallel: true }, '2', 440],
  ['none left', {}, '0', 440],
  ['unreadable', {}, 'many', 400],
])('that is %s has the request refused', async (_, order, value, status) => {
  const { forward, transport } = makeProxy()
  await forward('INVITE', order, withBreadth(value))
  const [refused, ...others] = transport.take().map(({ message }) => message)
  expect(others).toEqual([])
  expect(refused).toMatchObject({ isRequest: false, status })
})
