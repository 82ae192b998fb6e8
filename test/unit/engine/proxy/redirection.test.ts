import { describe, expect, it } from 'vitest'
import { type SipRequest, SipResponse } from '../../../../src/engine/message/message.ts'
import { followRedirection } from '../../../../src/engine/proxy/redirection.ts'
import { makeProxy } from './proxy-bed.ts'

const moved = (contact: string): SipResponse =>
  new SipResponse(302, 'Moved Temporarily', [['Contact', contact]])
const limits = { known: new Set<string>(), room: 10, isSecure: false }

describe('a redirection', () => {
  it('is followed by preference', () => {
    const { targets, remainder } = followRedirection(
      moved('<sip:a@x>;q=0.2, <sip:b@x>, <sip:c@x>;q=0.7'),
      limits,
    )
    expect(targets).toEqual(['sip:b@x', 'sip:c@x', 'sip:a@x'])
    expect(remainder).toBeUndefined()
  })

  it('leaves to the caller what a SIP proxy cannot try (RFC 3261 §16.7 step 4)', () => {
    const { targets, remainder } = followRedirection(
      moved('<sip:a@x>, <mailto:bob@x>, <tel:+4930>;q=0.1'),
      limits,
    )
    expect(targets).toEqual(['sip:a@x'])
    expect(remainder?.values('contact')).toEqual(['<mailto:bob@x>', '<tel:+4930>;q=0.1'])
  })

  it('of a secure request leads to secure targets only', () => {
    const { targets } = followRedirection(moved('<sip:a@x>, <sips:b@x>'), { ...limits, isSecure: true })
    expect(targets).toEqual(['sips:b@x'])
  })

  it('to what was tried before is an answer like any other', () => {
    const response = moved('<sip:a@x>')
    const { targets, remainder } = followRedirection(response, { ...limits, known: new Set(['sip:a@x']) })
    expect(targets).toEqual([])
    expect(remainder).toBe(response)
  })

  it('has no more targets than there is room for', () => {
    const { targets, remainder } = followRedirection(moved('<sip:a@x>, <sip:b@x>'), { ...limits, room: 1 })
    expect(targets).toEqual(['sip:a@x'])
    expect(remainder?.values('contact')).toEqual(['<sip:b@x>'])
  })
})

describe('a proxy that follows redirections', () => {
  it('forgets the 3xx whose targets have refused', async () => {
    const { forward, answer, takeRequests, takeResponses } = makeProxy()
    await forward('INVITE', { followRedirects: true })
    const [first] = takeRequests('INVITE') as [SipRequest]
    await answer(first, 302, [['Contact', '<sip:bob@198.51.100.2>']])
    const [second] = takeRequests('INVITE') as [SipRequest]
    expect(second.uri).toBe('sip:bob@198.51.100.2')
    expect(takeResponses()).toEqual([])
    await answer(second, 486)
    expect(takeResponses().map(({ status }) => status)).toEqual([486])
  })

  it('passes on what is left of the 3xx', async () => {
    const { forward, answer, takeRequests, takeResponses } = makeProxy()
    await forward('INVITE', { followRedirects: true })
    const [first] = takeRequests('INVITE') as [SipRequest]
    await answer(first, 302, [['Contact', '<sip:bob@198.51.100.2>, <mailto:bob@x>']])
    const [second] = takeRequests('INVITE') as [SipRequest]
    await answer(second, 486)
    const [redirected] = takeResponses()
    expect(redirected?.status).toBe(302)
    expect(redirected?.values('contact')).toEqual(['<mailto:bob@x>'])
  })

  it('ends in a circle of redirections', async () => {
    const { forward, answer, takeRequests, takeResponses } = makeProxy()
    await forward('INVITE', { followRedirects: true })
    const [first] = takeRequests('INVITE') as [SipRequest]
    await answer(first, 302, [['Contact', '<sip:bob@198.51.100.1>']])
    expect(takeResponses().map(({ status }) => status)).toEqual([302])
  })
})
