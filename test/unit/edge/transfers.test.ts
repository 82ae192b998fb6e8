import { describe, expect, test } from 'vitest'
import type { RoutePlan } from '../../../src/domain/route.ts'
import { settled } from '../../support/fake-sip-stack.ts'
import { AnEdge, target, targets } from './an-edge.ts'

const to203 = { headers: { 'Refer-To': '<sip:203@site-a.example>' } }

/** A call whose caller then transfers the callee; `more`: what the edge is made of instead. */
async function bridged(more: ConstructorParameters<typeof AnEdge>[0] = {}) {
  const edge = new AnEdge(more)
  const invite = await edge.phoneCalls()
  const callee = await edge.stack.sent().answers('v=0 callee')
  if (!invite.dialog) throw new Error('not answered')
  return { edge, caller: invite.dialog, callee }
}

/** A router that takes its time, and may throw, once the first call is placed. */
function slowRouter(plan: () => RoutePlan) {
  const gate = Promise.withResolvers<void>()
  let isFirst = true
  const route = async () => {
    if (!isFirst) await gate.promise
    isFirst = false
    return { plan: plan(), steps: [] }
  }
  return { gate, router: { route } }
}

describe('a transfer to a number for help', () => {
  const emergency = { number: '112', isTest: false }
  const forHelp: RoutePlan = {
    ...targets(target({ path: 'trunk', label: 'carrier', uri: 'tel:112', outsideNumber: '112', emergency })),
    emergency,
  }

  test('makes no room for others while it rings, and is on record as what it is', async () => {
    const { edge, caller } = await bridged()
    edge.plan = forHelp
    caller.farEndSends('REFER', { headers: { 'Refer-To': '<tel:112>' } })
    await settled()
    edge.stack.sent().rings()
    expect(await edge.handler.makeRoom('carrier')).toBe(false)
    expect(edge.stack.sent().isCancelled).toBe(false)
    const rescuers = await edge.stack.sent().answers('v=0 rescuers')
    expect(await edge.handler.makeRoom('carrier')).toBe(false)
    expect(edge.records.answered.at(-1)).toMatchObject({ emergency: 'call', target: 'carrier' })
    rescuers.farEndHangsUp()
    expect(edge.records.ended.at(-1)).toMatchObject({ emergency: 'call', status: 200 })
  })
})

test('who hangs up while his transfer is being routed is not called for any more', async () => {
  const { gate, router } = slowRouter(() => targets(target()))
  const { edge, caller, callee } = await bridged({ router })
  caller.farEndSends('REFER', to203)
  await settled()
  callee.farEndHangsUp()
  gate.resolve()
  await settled()
  expect(edge.stack.outgoing).toHaveLength(1)
  expect(edge.records.ended.at(-1)).toMatchObject({
    status: 487,
    cause: 'the one who was transferred has hung up',
  })
  expect(edge.handler.count).toBe(0)
})

describe('a second transfer while one is tried', () => {
  test.each(['caller', 'callee'] as const)(
    'is refused when the %s asks (RFC 3261 §21.4.27)',
    async (side) => {
      const call = await bridged()
      const first = call.caller.farEndSends('REFER', to203)
      const atOnce = call[side].farEndSends('REFER', to203)
      await settled()
      const later = call[side].farEndSends('REFER', to203)
      await settled()
      expect([first, atOnce, later].map(({ response }) => response.status)).toEqual([202, 491, 491])
      expect(call.edge.stack.outgoing).toHaveLength(2)

      await call.edge.stack.sent().refuses(486)
      const afterwards = call[side].farEndSends('REFER', to203)
      await settled()
      expect(afterwards.response.status).toBe(202)
    },
  )

  test('is taken when the first one was not even begun', async () => {
    const { caller } = await bridged()
    const unknown = { headers: { 'Refer-To': '<sip:203@site-a.example?Replaces=nobody%3Bto-tag%3D1>' } }
    const first = caller.farEndSends('REFER', unknown)
    await settled()
    await settled()
    const second = caller.farEndSends('REFER', to203)
    await settled()
    expect([first, second].map(({ response }) => response.status)).toEqual([404, 202])
  })
})

test('an attended transfer goes on charging both legs outside, on the line and not on the number', async () => {
  const edge = new AnEdge()
  const calls = async (callId: string, number: string, perMinute: number) => {
    const rate = { perMinute, setup: 10, stepSeconds: 60 }
    edge.plan = targets(
      target({ path: 'trunk', label: 'carrier', uri: `tel:${number}`, outsideNumber: number, rate }),
    )
    const invite = await edge.stack.receiveInvite({ callId, headers: { from: '<sip:201@site-a.example>' } })
    return { invite, callee: await edge.stack.sent().answers('v=0') }
  }
  const first = await calls('first', '+4930123', 90)
  await calls('second', '+33140267890', 30)
  const referTo = '<sip:x@site-a.example?Replaces=second%3Bto-tag%3D1%3Bfrom-tag%3D2>'
  first.invite.dialog?.farEndSends('REFER', { headers: { 'Refer-To': referTo } })
  await settled()
  first.callee.farEndHangsUp()
  await settled()
  expect(edge.records.ended).toHaveLength(3)
  expect(edge.records.ended.at(-1)).toMatchObject({
    path: 'trunk',
    target: 'carrier',
    payer: '201@site-a.example',
    rate: { perMinute: 120, setup: 0, stepSeconds: 60 },
  })
})

describe('after an internal error', () => {
  test('in a transfer the one who asked is told, and the call is as it was', async () => {
    const { gate, router } = slowRouter(() => targets(target()))
    const { edge, caller, callee } = await bridged({ router })
    caller.farEndSends('REFER', to203)
    await settled()
    gate.reject(new Error('bug'))
    await settled()
    expect(caller.requests.at(-1)?.body).toBe('SIP/2.0 500 Server Internal Error\r\n')
    expect(edge.records.ended).toMatchObject([{ status: 500 }])
    expect(edge.handler.count).toBe(1)
    caller.farEndHangsUp()
    expect(callee.hungUpWith).toBeDefined()
  })

  test('a box that is to stop does not wait for the call', async () => {
    const gate = Promise.withResolvers<never>()
    const edge = new AnEdge({ router: { route: () => gate.promise } })
    const invite = await edge.phoneCalls()
    const drained = edge.handler.drain(60_000)
    gate.reject(new Error('bug'))
    await drained
    expect(invite.finalStatus).toBe(500)
    expect(edge.records.ended).toMatchObject([{ status: 500, cause: 'internal error' }])
  })

  test('nobody is left on a line that was answered', async () => {
    const forgetful = {
      began: () => undefined,
      changed: () => {
        throw new Error('bug')
      },
      forgotten: () => undefined,
      ended: () => undefined,
    }
    const edge = new AnEdge({ records: forgetful })
    edge.plan = targets(target({ path: 'trunk', label: 'carrier' }))
    await edge.phoneCalls()
    const callee = await edge.stack.sent().answers('v=0')
    expect(callee.hungUpWith).toBeDefined()
    expect(edge.trunkLegs).toEqual({ open: 1, released: 1 })
    expect(edge.handler.count).toBe(0)
  })
})

describe('the channel of a call from a trunk', () => {
  async function aCallIn() {
    const channels = { held: 0 }
    const takeIncoming = () => {
      channels.held += 1
      return () => {
        channels.held -= 1
      }
    }
    const edge = new AnEdge({ takeIncoming })
    const source = { transport: 'udp', address: '192.0.2.60', port: 5060 } as const
    const headers = { from: '<sip:+49171@carrier.example>' }
    const invite = await edge.stack.receiveInvite({ source, uri: 'tel:+4930', headers })
    const callee = await edge.stack.sent().answers('v=0 callee')
    return { edge, invite, callee, channels }
  }

  test('is given back when the call is over', async () => {
    const { invite, channels } = await aCallIn()
    expect(channels.held).toBe(1)
    invite.dialog?.farEndHangsUp()
    await settled()
    expect(channels.held).toBe(0)
  })

  test('goes along when the caller is transferred', async () => {
    const { edge, callee, channels } = await aCallIn()
    callee.farEndSends('REFER', to203)
    await settled()
    const third = await edge.stack.sent().answers('v=0 third')
    expect(callee.hungUpWith).toBeDefined()
    expect(channels.held).toBe(1)
    third.farEndHangsUp()
    await settled()
    expect(channels.held).toBe(0)
  })
})
