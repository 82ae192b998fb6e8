import { describe, expect, test } from 'vitest'
import { CallRejected } from '../../../src/domain/call-rejected.ts'
import type { FakeDialog } from '../../support/fake-dialog.ts'
import { fakeResponse } from '../../support/fake-response.ts'
import { settled } from '../../support/fake-sip-stack.ts'
import { AnEdge, target, targets } from './an-edge.ts'

async function bridged(): Promise<{ edge: AnEdge; caller: FakeDialog; callee: FakeDialog }> {
  const edge = new AnEdge()
  const invite = await edge.phoneCalls()
  const callee = await edge.stack.sent().answers('v=0 callee')
  if (!invite.dialog) throw new Error('not answered')
  return { edge, caller: invite.dialog, callee }
}

describe('in a call', () => {
  test.each(['INVITE', 'UPDATE'])(
    'an offer by %s goes to the other side, and its answer comes back',
    async (method) => {
      const { caller, callee } = await bridged()
      callee.answerToOffer = 'v=0 on hold'
      const offer = caller.farEndOffers('v=0 hold', method)
      await settled()
      expect(callee.offers).toEqual([{ sdp: 'v=0 hold', method }])
      expect(offer.response).toMatchObject({ status: 200, body: 'v=0 on hold' })
    },
  )

  test('a refused offer is refused', async () => {
    const { caller, callee } = await bridged()
    callee.answerToOffer = new CallRejected(488, 'Not Acceptable Here', fakeResponse(488))
    const offer = caller.farEndOffers('v=0 video')
    await settled()
    expect(offer.response.status).toBe(488)
  })

  test('a re-INVITE without offer fetches one from the other side and brings the answer of its ACK', async () => {
    const { caller, callee } = await bridged()
    const offer = callee.farEndOffers('')
    await settled()
    expect(offer.response).toMatchObject({ status: 200, body: 'v=0 offer of the far end' })
    expect(caller.acknowledgedWith).toBeUndefined()
    offer.acknowledge('v=0 answer')
    await settled()
    expect(caller.acknowledgedWith).toBe('v=0 answer')
  })

  test('INFO goes across with its body', async () => {
    const { caller, callee } = await bridged()
    const headers = { 'Content-Type': 'application/dtmf-relay' }
    const info = callee.farEndSends('INFO', { headers, body: 'Signal=1' })
    await settled()
    expect(caller.requests).toEqual([
      { method: 'INFO', headers: { 'Content-Type': ['application/dtmf-relay'] }, body: 'Signal=1' },
    ])
    expect(info.response.status).toBe(200)
  })

  test('what is not understood is refused, never left open', async () => {
    const { caller } = await bridged()
    const statuses = ['SUBSCRIBE', 'PUBLISH', 'OPTIONS'].map((method) => caller.farEndSends(method))
    await settled()
    expect(statuses.map(({ response }) => response.status)).toEqual([489, 405, 200])
  })
})

describe('blind transfer', () => {
  test('the box calls the new target in the name of the referrer and joins it with the one who remains', async () => {
    const { edge, caller, callee } = await bridged()
    edge.plan = targets(target({ uri: 'sip:203@192.0.2.9', label: 'sip:203@site-a.example' }))
    const refer = caller.farEndSends('REFER', { headers: { 'Refer-To': '<sip:203@site-a.example>' } })
    await settled()
    expect(refer.response.status).toBe(202)
    expect(edge.questions.at(-1)).toMatchObject({
      caller: { user: '201', domain: 'site-a.example' },
      callerIsAuthenticated: true,
      requestUri: 'sip:203@site-a.example',
    })
    callee.answerToOffer = 'v=0 callee again'
    const third = await edge.stack.sent().answers('v=0 third')
    expect(callee.offers).toEqual([{ sdp: 'v=0 third', method: 'INVITE' }])
    expect(third.localSdp).toBe('v=0 callee again')
    expect(caller.requests.map(({ body }) => body.trim())).toEqual(['SIP/2.0 100 Trying', 'SIP/2.0 200 OK'])
    expect(caller.hungUpWith).toBeDefined()
    expect(callee.hungUpWith).toBeUndefined()

    third.farEndHangsUp()
    await settled()
    expect(callee.hungUpWith).toBeDefined()
    expect(edge.handler.count).toBe(0)
    const [before, after] = edge.records.ended
    expect(edge.records.ended).toHaveLength(2)
    expect(after).toMatchObject({ transferredFrom: before?.id, payer: '201@site-a.example' })
  })

  test('of somebody outside goes on charging that leg, in the records to the one who transferred', async () => {
    const rate = { perMinute: 90, setup: 10, stepSeconds: 60 }
    const edge = new AnEdge()
    edge.plan = targets(target({ path: 'trunk', label: 'carrier', outsideNumber: '+4930', rate }))
    const invite = await edge.phoneCalls()
    const callee = await edge.stack.sent().answers('v=0 callee')
    callee.answerToOffer = 'v=0 callee again'
    edge.plan = targets(target({ uri: 'sip:203@192.0.2.9', label: 'sip:203@site-a.example' }))
    invite.dialog?.farEndSends('REFER', { headers: { 'Refer-To': '<sip:203@site-a.example>' } })
    await settled()
    const third = await edge.stack.sent().answers('v=0 third')
    third.farEndHangsUp()
    await settled()
    expect(edge.records.ended).toMatchObject([
      { outsideNumber: '+4930', rate },
      { outsideNumber: '+4930', rate: { ...rate, setup: 0 }, payer: '201@site-a.example' },
    ])
  })

  test('that fails leaves the call as it was', async () => {
    const { edge, caller, callee } = await bridged()
    caller.farEndSends('REFER', { headers: { 'Refer-To': '<sip:203@site-a.example>' } })
    await settled()
    await edge.stack.sent().refuses(486, { reason: 'Busy Here' })
    expect(caller.requests.at(-1)?.body).toBe('SIP/2.0 486 Busy Here\r\n')
    expect([caller.hungUpWith, callee.hungUpWith]).toEqual([undefined, undefined])
    expect(edge.handler.count).toBe(1)
  })

  test('that fails after the referrer has left ends the call', async () => {
    const { edge, caller, callee } = await bridged()
    caller.farEndSends('REFER', { headers: { 'Refer-To': '<sip:203@site-a.example>' } })
    await settled()
    caller.farEndHangsUp()
    expect(callee.hungUpWith).toBeUndefined()
    await edge.stack.sent().refuses(486)
    expect(callee.hungUpWith).toBeDefined()
    expect(edge.handler.count).toBe(0)
  })

  test('by somebody who is no user of this box is declined', async () => {
    const edge = new AnEdge()
    edge.plan = targets(target({ path: 'trunk', label: 'carrier' }))
    await edge.phoneCalls()
    const trunk = await edge.stack.sent().answers('v=0')
    const refer = trunk.farEndSends('REFER', { headers: { 'Refer-To': '<tel:+4990012345>' } })
    await settled()
    expect(refer.response.status).toBe(603)
    expect(edge.stack.outgoing).toHaveLength(1)
  })

  test('at a PBX is the business of the PBX', async () => {
    const edge = new AnEdge()
    edge.plan = targets(target({ path: 'pbx', label: 'office' }))
    const invite = await edge.phoneCalls()
    const pbx = await edge.stack.sent().answers('v=0')
    pbx.answerToRequest = fakeResponse(202)
    const refer = invite.dialog?.farEndSends('REFER', { headers: { 'Refer-To': '<sip:203@pbx.example>' } })
    await settled()
    expect(pbx.requests).toMatchObject([
      { method: 'REFER', headers: { 'Refer-To': ['<sip:203@pbx.example>'] } },
    ])
    expect(refer?.response.status).toBe(202)
  })
})

test('attended transfer joins the far ends of both calls', async () => {
  const edge = new AnEdge()
  const first = await edge.stack.receiveInvite({
    callId: 'first',
    headers: { from: '<sip:201@site-a.example>' },
  })
  const remaining = await edge.stack.sent().answers('v=0 remaining')
  const second = await edge.stack.receiveInvite({
    callId: 'second',
    headers: { from: '<sip:201@site-a.example>' },
  })
  const consulted = await edge.stack.sent().answers('v=0 consulted')
  const replaces = 'second%3Bto-tag%3D1%3Bfrom-tag%3D2'
  const referTo = `<sip:203@site-a.example?Replaces=${replaces}>`
  first.dialog?.farEndSends('REFER', { headers: { 'Refer-To': referTo } })
  await settled()
  expect(remaining.offers).toEqual([{ sdp: 'v=0 offer of the far end', method: 'INVITE' }])
  expect(consulted.acknowledgedWith).toBe('v=0 far end')
  expect([first.dialog?.hungUpWith, second.dialog?.hungUpWith].every(Boolean)).toBe(true)
  remaining.farEndHangsUp()
  await settled()
  expect(consulted.hungUpWith).toBeDefined()
  expect(edge.handler.count).toBe(0)
})
