import { describe, expect, test } from 'vitest'
import { CallRejected } from '../../../../src/domain/call-rejected.ts'
import type { SipResponseView } from '../../../../src/domain/sip.ts'
import type { MediaSide } from '../../../../src/edge/neighbours.ts'
import { fakeResponse } from '../../../support/fake-response.ts'
import { settled } from '../../../support/fake-sip-stack.ts'
import { AnEdge, target } from '../an-edge.ts'
import { pbxCall } from './a-pbx-call.ts'
import { relay } from './a-relay.ts'

const died = (edge: AnEdge) => edge.handler.rescue.pbxDied('office')

/** Lets what is under way go on until `over`, on a clock that only the test moves. */
async function inTime<Value>(edge: AnEdge, work: Promise<Value>): Promise<Value> {
  let isOver = false
  void work.finally(() => {
    isOver = true
  })
  for (let step = 0; step < 100 && !isOver; step++) {
    await settled()
    if (!isOver) edge.clock.advance(100)
  }
  return work
}

describe('two phones that talk through a PBX which dies', () => {
  test('are joined with each other, and the PBX is not waited for', async () => {
    const edge = new AnEdge()
    const call = await pbxCall(edge)
    expect(await died(edge)).toEqual({ rescued: 1, failed: 0, left: 0 })
    expect(call.caller.offers).toEqual([{ sdp: 'v=0 offer of the far end', method: 'INVITE' }])
    expect(call.callee.acknowledgedWith).toBe('v=0 far end')
    expect([call.toPbx.hungUpWith, call.fromPbx.hungUpWith]).toEqual([undefined, undefined])
    expect(edge.handler.callsNow()).toMatchObject([{ state: 'talking', path: 'phone' }])

    call.callee.farEndHangsUp()
    await settled()
    expect(call.caller.hungUpWith).toBeDefined()
    expect(edge.handler.count).toBe(0)
  })

  test('leave three records that name each other', async () => {
    const edge = new AnEdge()
    const call = await pbxCall(edge)
    const [to, from] = edge.records.began
    await died(edge)
    call.caller.farEndHangsUp()
    await settled()
    const [, , joined] = edge.records.ended
    expect(joined).toMatchObject({
      rescuedFrom: [to?.id, from?.id],
      source: 'phone',
      path: 'phone',
      endedBy: 'caller',
      verdicts: [
        'caller and called are the same, and the call to the PBX was answered 0 ms after the one from it',
      ],
    })
    const cause = `rescued: it goes on without the PBX as call ${joined?.id}`
    expect(edge.records.ended.slice(0, 2)).toMatchObject([
      { id: to?.id, cause, endedBy: 'box', status: 200 },
      { id: from?.id, cause, endedBy: 'box', status: 200 },
    ])
    expect(edge.decisions.at(-1)?.steps.map(({ step }) => step)).toEqual(['rescue'])
  })

  test('hold and resume as before', async () => {
    const edge = new AnEdge()
    const call = await pbxCall(edge)
    await died(edge)
    const hold = call.callee.farEndOffers('v=0 hold')
    await settled()
    expect(call.caller.offers.at(-1)?.sdp).toBe('v=0 hold')
    expect(hold.response.status).toBe(200)
  })

  test('are joined by the offer of the caller when the callee will not make one', async () => {
    const edge = new AnEdge()
    const call = await pbxCall(edge)
    call.callee.requestOffer = () => Promise.reject(new CallRejected(488, 'Not Acceptable Here'))
    expect(await died(edge)).toMatchObject({ rescued: 1 })
    expect(call.callee.offers).toEqual([{ sdp: 'v=0 offer of the far end', method: 'INVITE' }])
    expect(call.caller.acknowledgedWith).toBe('v=0 far end')
  })

  test('are told why when they have no codec in common', async () => {
    const edge = new AnEdge()
    const call = await pbxCall(edge)
    const refusal = new CallRejected(488, 'Not Acceptable Here')
    call.caller.answerToOffer = refusal
    call.callee.answerToOffer = refusal
    expect(await died(edge)).toEqual({ rescued: 0, failed: 1, left: 0 })
    await settled()
    const reason =
      'SIP ;cause=488 ;text="PBX office is gone, and its call could not go on: 488 Not Acceptable Here"'
    expect([call.caller.hungUpWith, call.callee.hungUpWith]).toEqual([{ Reason: reason }, { Reason: reason }])
    expect(edge.handler.count).toBe(0)
  })

  test('are asked again when one is just asking for something itself', async () => {
    const edge = new AnEdge()
    const call = await pbxCall(edge)
    call.caller.answerToOffer = new CallRejected(491, 'Request Pending')
    const work = died(edge)
    await settled()
    expect(call.callee.acknowledgedWith).toBe(call.callee.localSdp) // an ACK with an answer, come what may
    call.caller.answerToOffer = 'v=0 free again'
    expect(await inTime(edge, work)).toMatchObject({ rescued: 1 })
    expect(call.callee.acknowledgedWith).toBe('v=0 free again')
  })

  test('hear that it is over when one of them does not answer', async () => {
    const edge = new AnEdge()
    const call = await pbxCall(edge)
    call.callee.requestOffer = () => new Promise(() => undefined)
    expect(await inTime(edge, died(edge))).toMatchObject({ failed: 1 })
    expect(call.caller.hungUpWith).toBeDefined()
  })

  test('may be waiting for the PBX to answer a hold: it is refused, so that they can be asked', async () => {
    const edge = new AnEdge()
    const call = await pbxCall(edge)
    call.toPbx.offer = () => new Promise(() => undefined)
    const hold = call.caller.farEndOffers('v=0 hold')
    await settled()
    await died(edge)
    expect(hold.response.status).toBe(491)
  })
})

/** On a clock that only the test moves. */
async function pass(edge: AnEdge, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    edge.clock.advance(1_000)
    await settled()
  }
}

describe('a pair whose far ends do not answer', () => {
  const silence = fakeResponse(408, { isLocal: true })

  test.each([
    [1, 2],
    [3, 7],
  ])('for %i s is joined after %i s', async (answersAfter, joinedAfter) => {
    const edge = new AnEdge()
    const call = await pbxCall(edge)
    call.caller.answerToRequest = silence
    await died(edge)
    await pass(edge, answersAfter)
    call.caller.answerToRequest = fakeResponse(200)
    await pass(edge, joinedAfter - answersAfter - 1)
    expect(call.caller.offers).toEqual([])
    await pass(edge, 1)
    expect(call.caller.offers).toHaveLength(1)
    expect(edge.handler.count).toBe(1)
  })

  test('is not touched any more when the PBX is back', async () => {
    const edge = new AnEdge()
    const call = await pbxCall(edge)
    call.caller.answerToRequest = silence
    await died(edge)
    await edge.handler.rescue.pbxIsBack('office')
    call.caller.answerToRequest = fakeResponse(200)
    await pass(edge, 60)
    expect([call.caller.offers, call.callee.offers]).toEqual([[], []])
    expect(edge.clock.pendingTimers).toBe(0)
  })

  test('is not joined when the PBX is back before they answer', async () => {
    const edge = new AnEdge()
    const call = await pbxCall(edge)
    const answer = Promise.withResolvers<SipResponseView>()
    call.caller.request = () => answer.promise
    const work = died(edge)
    await edge.handler.rescue.pbxIsBack('office')
    answer.resolve(fakeResponse(200))
    expect(await work).toMatchObject({ rescued: 0 })
    expect(call.caller.offers).toEqual([])
  })

  test.each<[string, MediaSide[], boolean]>([
    ['hears that it is over when only the PBX is silent', ['caller'], true],
    ['is left when the box hears nobody', [], false],
  ])('%s', async (_, heard, isHungUp) => {
    const edge: AnEdge = new AnEdge({ media: relay((side) => (heard.includes(side) ? edge.clock.now() : 1)) })
    const call = await pbxCall(edge)
    call.callee.answerToRequest = silence
    await died(edge)
    await pass(edge, 80)
    expect(call.caller.hungUpWith !== undefined).toBe(isHungUp)
    expect(edge.clock.pendingTimers).toBe(0)
  })
})

describe('a call for help', () => {
  test('is not hung up when they cannot agree, and tried until they can', async () => {
    const edge = new AnEdge()
    const call = await pbxCall(edge, { to: '112', emergency: { number: '112', isTest: false } })
    call.callee.requestOffer = () => Promise.reject(new CallRejected(488, 'Not Acceptable Here'))
    call.callee.answerToOffer = new CallRejected(488, 'Not Acceptable Here')
    expect(await died(edge)).toMatchObject({ failed: 1 })
    await pass(edge, 30)
    expect([call.caller.hungUpWith, call.callee.hungUpWith]).toEqual([undefined, undefined])
    call.callee.answerToOffer = 'v=0 at last'
    await pass(edge, 2)
    expect(call.caller.acknowledgedWith).toBe('v=0 at last')
    expect(edge.clock.pendingTimers).toBe(2) // of the legs that are kept for the PBX
  })
})

describe('a pair is left alone', () => {
  test('while it is being transferred by the PBX', async () => {
    const edge = new AnEdge()
    const call = await pbxCall(edge)
    call.callee.farEndSends('REFER', { headers: { 'refer-to': '<sip:203@site-a.example>' } })
    await settled()
    expect(await died(edge)).toMatchObject({ rescued: 0 })
    expect(call.caller.offers).toEqual([])
  })

  test('but not after a transfer that came to nothing', async () => {
    const edge = new AnEdge()
    const call = await pbxCall(edge)
    call.callee.farEndSends('REFER', { headers: { 'refer-to': '<sip:203@site-a.example>' } })
    await settled()
    call.fromPbx.farEndSends('NOTIFY', { headers: { event: 'refer' }, body: 'SIP/2.0 486 Busy Here' })
    await settled()
    expect(await died(edge)).toMatchObject({ rescued: 1 })
  })

  test('when it is the box that hears nobody', async () => {
    const edge = new AnEdge()
    const call = await pbxCall(edge)
    for (const silence of [408, 503]) {
      call.callee.answerToRequest = fakeResponse(silence, { isLocal: true })
      expect(await died(edge)).toMatchObject({ rescued: 0, failed: 1 })
      expect(call.caller.offers).toEqual([])
      expect(edge.handler.count).toBe(2)
    }
    call.callee.answerToRequest = fakeResponse(501) // who says no is there
    expect(await died(edge)).toMatchObject({ rescued: 1 })
  })

  test('when two calls may belong together, and which is not certain', async () => {
    const edge = new AnEdge()
    await pbxCall(edge, { from: '201', to: '202' })
    await pbxCall(edge, { from: '201', to: '202' })
    expect(await died(edge)).toEqual({ rescued: 0, failed: 0, left: 4 })
    expect(edge.handler.count).toBe(4)
  })
})

test('a call that does not go through the PBX is not touched', async () => {
  const edge = new AnEdge()
  const invite = await edge.phoneCalls()
  const callee = await edge.stack.sent().answers('v=0 callee')
  expect(await died(edge)).toEqual({ rescued: 0, failed: 0, left: 0 })
  expect([invite.dialog?.offers, callee.offers, callee.requests]).toEqual([[], [], []])
})

test('the PBX pays on for the line that it has taken, and the line is given back once', async () => {
  const edge = new AnEdge()
  const rate = { perMinute: 90, setup: 10, stepSeconds: 60 }
  const outside = target({
    path: 'trunk',
    label: 'carrier',
    uri: 'tel:+4930123',
    outsideNumber: '+4930123',
    rate,
  })
  const call = await pbxCall(edge, { callee: outside })
  await died(edge)
  expect(edge.trunkLegs).toEqual({ open: 1, released: 0 })
  call.caller.farEndHangsUp()
  await settled()
  expect(edge.trunkLegs.released).toBe(1)
  expect(edge.records.ended.at(-1)).toMatchObject({
    payer: 'office',
    path: 'trunk',
    target: 'carrier',
    outsideNumber: '+4930123',
    rate: { perMinute: 90, setup: 0, stepSeconds: 60 },
  })
})

describe('a PBX that was frozen', () => {
  test('hears that its calls are over when it is back', async () => {
    const edge = new AnEdge()
    const call = await pbxCall(edge)
    await died(edge)
    await edge.handler.rescue.pbxIsBack('office')
    expect([call.toPbx.hungUpWith, call.fromPbx.hungUpWith].every(Boolean)).toBe(true)
    expect([call.caller.hungUpWith, call.callee.hungUpWith]).toEqual([undefined, undefined])
  })

  test('harms nobody by what it still wants of them', async () => {
    const edge = new AnEdge()
    const call = await pbxCall(edge)
    await died(edge)
    const offer = call.fromPbx.farEndOffers('v=0 pbx')
    const info = call.toPbx.farEndSends('INFO')
    call.toPbx.farEndHangsUp()
    await settled()
    expect([offer.response.status, info.response.status]).toEqual([481, 481])
    expect([call.caller.offers.length, call.callee.offers.length]).toEqual([1, 0])
    expect(call.callee.requests.map(({ method }) => method)).toEqual(['OPTIONS'])
    expect(edge.handler.count).toBe(1)
  })

  test('leaves no legs behind for ever when it does not come back', async () => {
    const edge = new AnEdge()
    const call = await pbxCall(edge)
    await died(edge)
    edge.clock.advance(60 * 60_000)
    expect([call.toPbx.hungUpWith, call.fromPbx.hungUpWith].every(Boolean)).toBe(true)
  })
})
