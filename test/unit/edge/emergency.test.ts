import { describe, expect, test } from 'vitest'
import type { RoutePlan, RouteTarget } from '../../../src/domain/route.ts'
import { settled } from '../../support/fake-sip-stack.ts'
import { AnEdge, target, targets } from './an-edge.ts'

const emergency = { number: '112', isTest: false }
const carrier = { path: 'trunk', label: 'carrier', uri: 'tel:112;phone-context=+49', emergency } as const
const onCarrier = target(carrier)
const onSpare = target({ ...carrier, label: 'spare', group: 1 })
const usual = target({ path: 'trunk', label: 'carrier', uri: 'tel:+4930999' })

const forHelp = (...list: readonly RouteTarget[]): RoutePlan => ({ ...targets(...list), emergency })

/** A call over the carrier that is answered. */
async function aUsualCall(edge: AnEdge, more: Partial<RouteTarget> = {}) {
  edge.plan = targets({ ...usual, ...more })
  const invite = await edge.phoneCalls()
  const callee = await edge.stack.sent().answers('v=0 callee')
  return { invite, callee }
}

async function aCallForHelp(edge: AnEdge, ...list: readonly RouteTarget[]) {
  edge.plan = forHelp(...list)
  edge.isEmergency = true
  return edge.phoneCalls({ uri: 'sip:112@site-a.example' })
}

const reason = 'preemption ;cause=5 ;text="made room for an emergency call"'

describe('room for a call for help', () => {
  test('is made by the youngest call on that trunk, and both its ends hear why (RFC 4411)', async () => {
    const edge = new AnEdge()
    const old = await aUsualCall(edge)
    edge.clock.advance(1_000)
    const young = await aUsualCall(edge)
    const elsewhere = await aUsualCall(edge, { label: 'other' })
    expect(await edge.handler.makeRoom('carrier')).toBe(true)
    expect(young.callee.hungUpWith).toEqual({ Reason: reason })
    expect(young.invite.dialog?.hungUpWith).toEqual({ Reason: reason })
    expect([old, elsewhere].map(({ callee }) => callee.hungUpWith)).toEqual([undefined, undefined])
    expect(edge.records.ended).toMatchObject([{ cause: 'made room for an emergency call', endedBy: 'box' }])
    expect(edge.trunkLegs.released).toBe(1)
  })

  test('is made by a call that still rings, rather', async () => {
    const edge = new AnEdge()
    const talking = await aUsualCall(edge)
    const invite = await edge.phoneCalls()
    edge.stack.sent().rings()
    await settled()
    expect(await edge.handler.makeRoom('carrier')).toBe(true)
    expect(edge.stack.sent().isCancelled).toBe(true)
    expect(invite.response).toMatchObject({ status: 503, headers: { Reason: reason } })
    expect(talking.callee.hungUpWith).toBeUndefined()
  })

  test('is made by a call that is just being answered', async () => {
    const edge = new AnEdge()
    const answering = Promise.withResolvers<void>()
    edge.mediaAnswers = answering.promise
    const { invite, callee } = await aUsualCall(edge)
    const made = edge.handler.makeRoom('carrier')
    answering.resolve()
    expect(await made).toBe(true)
    expect(callee.hungUpWith).toBeDefined()
    expect(invite.response).toMatchObject({ status: 503, headers: { Reason: reason } })
    expect(edge.records.ended).toMatchObject([{ cause: 'made room for an emergency call' }])
  })

  test('is not made by another call for help, nor by rescuers who call back', async () => {
    const edge = new AnEdge()
    await aCallForHelp(edge, onCarrier)
    await edge.stack.sent().answers('v=0 rescuers')
    edge.plan = targets(target())
    const source = { transport: 'udp', address: '192.0.2.60', port: 5060 } as const
    await edge.stack.receiveInvite({
      source,
      uri: 'tel:+49301234500',
      headers: { from: '<sip:112@c.example>' },
    })
    await edge.stack.sent().answers('v=0 caller')
    expect(edge.handler.count).toBe(2)
    expect(await edge.handler.makeRoom('carrier')).toBe(false)
    expect(edge.handler.count).toBe(2)
  })
})

describe('a call for help', () => {
  test('on a trunk whose provider is full has a call hung up there, and is sent again', async () => {
    const edge = new AnEdge()
    const { callee } = await aUsualCall(edge)
    const invite = await aCallForHelp(edge, onCarrier, onSpare)
    await edge.stack.sent().refuses(503)
    expect(callee.hungUpWith).toEqual({ Reason: reason })
    await edge.stack.sent().answers('v=0 rescuers')
    expect(invite.finalStatus).toBe(200)
    expect(edge.records.answered.at(-1)?.attempts).toMatchObject([
      { target: 'carrier', status: 503 },
      { target: 'carrier', status: 200 },
    ])
  })

  test('is sent on when nobody can make room, and takes no "no" for an answer', async () => {
    const edge = new AnEdge()
    const invite = await aCallForHelp(edge, onCarrier, onSpare)
    await edge.stack.sent().refuses(603)
    await edge.stack.sent().answers('v=0 rescuers')
    expect(invite.finalStatus).toBe(200)
    expect(edge.stack.outgoing).toHaveLength(2)
  })

  test('does not wait long for a way on which nothing is heard, while there is another one', async () => {
    const edge = new AnEdge()
    const invite = await aCallForHelp(edge, onCarrier, onSpare)
    edge.clock.advance(8_000)
    await settled()
    expect(edge.stack.outgoing).toHaveLength(2)
    edge.clock.advance(30_000)
    await settled()
    expect(invite.finalStatus).toBeUndefined()
    expect(edge.stack.sent().isCancelled).toBe(false)
  })

  test.each(['overlay', 'pbx'] as const)('gives the %s time to try lines of its own', async (path) => {
    const edge = new AnEdge()
    await aCallForHelp(edge, target({ path, label: 'site-b', emergency }), onSpare)
    edge.clock.advance(19_000)
    await settled()
    expect(edge.stack.outgoing).toHaveLength(1)
    edge.clock.advance(1_000)
    await settled()
    expect(edge.stack.outgoing).toHaveLength(2)
  })

  test('rings longer than any other call', async () => {
    const edge = new AnEdge()
    const invite = await aCallForHelp(edge, onCarrier)
    edge.stack.sent().rings()
    edge.clock.advance(170_000)
    await settled()
    expect(invite.finalStatus).toBeUndefined()
    edge.clock.advance(5_000)
    await settled()
    expect(invite.finalStatus).toBe(480)
  })

  test('is neither redirected nor left to the proxy core', async () => {
    const edge = new AnEdge({ redirectTo: () => '<sip:x@y>', forwardTo: () => ['sip:x@y'] })
    await aCallForHelp(edge, onCarrier)
    expect(edge.stack.outgoing).toHaveLength(1)
    expect(edge.stack.proxied).toEqual([])
  })

  test('is taken from a phone that nobody knows, without a question', async () => {
    const edge = new AnEdge()
    edge.plan = forHelp(onCarrier)
    edge.isEmergency = true
    edge.guardSays = 'banned'
    const source = { transport: 'udp', address: '192.168.1.9', port: 5060 } as const
    await edge.stack.receiveInvite({
      source,
      uri: 'sip:112@192.168.1.1',
      headers: { from: '<sip:x@y.example>' },
    })
    expect(edge.questions).toMatchObject([
      { source: 'phone', caller: undefined, callerIsAuthenticated: false, sourceAddress: '192.168.1.9' },
    ])
    expect(edge.stack.outgoing).toHaveLength(1)
  })

  test('is taken by a box that is full, or about to stop', async () => {
    const edge = new AnEdge({ maxCalls: 1 })
    await aUsualCall(edge)
    expect((await edge.phoneCalls()).finalStatus).toBe(503)
    edge.isUrgent = true
    await aCallForHelp(edge, onSpare)
    await edge.stack.sent().answers('v=0 rescuers')
    expect(edge.handler.count).toBe(2)
  })

  test('keeps a stopping box up until it is over, longer than other calls do', async () => {
    const edge = new AnEdge()
    await aUsualCall(edge)
    const invite = await aCallForHelp(edge, onSpare)
    await edge.stack.sent().answers('v=0 rescuers')
    let isDrained = false
    const drained = edge.handler.drain(30_000).then(() => {
      isDrained = true
    })
    edge.clock.advance(30_000)
    await settled()
    edge.clock.advance(29 * 60_000)
    await settled()
    expect(isDrained).toBe(false)
    invite.dialog?.farEndHangsUp()
    await drained
    expect(edge.handler.count).toBe(1)
  })

  test('tells where the caller is when its phone said so, and the trunk gets plain SDP', async () => {
    const edge = new AnEdge()
    const body =
      '--b\r\nContent-Type: application/sdp\r\n\r\nv=0 caller\r\n' +
      '--b\r\nContent-Type: application/pidf+xml\r\n\r\n<presence/>\r\n--b--\r\n'
    edge.plan = forHelp(onCarrier)
    await edge.phoneCalls({ body, headers: { 'content-type': 'multipart/mixed;boundary=b' } })
    expect(edge.questions).toMatchObject([{ locationDocument: '<presence/>' }])
    expect(edge.stack.sent().options).toMatchObject({
      body: 'v=0 caller',
      headers: { 'Content-Type': 'application/sdp' },
    })
  })
})
