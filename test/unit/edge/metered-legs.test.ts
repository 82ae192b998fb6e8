import { describe, expect, test } from 'vitest'
import type { CallQuestion, RouteTarget } from '../../../src/domain/route.ts'
import { MeteredLegs, type TollGate } from '../../../src/edge/legs/metered-legs.ts'
import { OutsideCallRefused } from '../../../src/edge/legs/outside-call-refused.ts'
import type { LegPreparer } from '../../../src/edge/legs/prepared-leg.ts'
import { WayLeadsOutside } from '../../../src/edge/legs/way-leads-outside.ts'
import { settled } from '../../support/fake-sip-stack.ts'
import { AnEdge, target, targets } from './an-edge.ts'

const question: CallQuestion = {
  callId: '1',
  source: 'phone',
  sourceLabel: '201@site-a.example',
  caller: undefined,
  callerIsAuthenticated: true,
  from: 'sip:201@site-a.example',
  requestUri: 'tel:+4930123',
  at: 0,
}

/** A gate that notes what it is asked. */
class Gate implements TollGate {
  readonly asked: (readonly [CallQuestion, string])[] = []
  readonly life: string[] = []
  readonly end = new AbortController()
  refuses = false

  claim(question: CallQuestion, number: string): ReturnType<TollGate['claim']> {
    this.asked.push([question, number])
    if (this.refuses) return { kind: 'refused', status: 403, reason: 'Blocked', why: 'limit test: 3 of 3' }
    const note = (what: string) => () => void this.life.push(what)
    const claim = { ends: this.end.signal, answered: note('answered'), release: note('released') }
    return { kind: 'allowed', claim, why: 'limit test: 1 of 3' }
  }
}

const plainLeg = { prepare: () => ({ uri: 'sip:x', from: '<sip:x>', headers: {}, release: () => undefined }) }
const trunks = { servesHost: (host: string) => host === 'provider.example' }
const emergency = { number: '112', isTest: false }

describe('a leg outside', () => {
  test.each([
    ['by a trunk', { path: 'trunk', uri: 'tel:+4930123', outsideNumber: '+4930123' }, ['+4930123']],
    ['by a trunk, though nobody says so', { path: 'trunk', uri: 'tel:+4930123' }, ['+4930123']],
    [
      'by another box',
      { path: 'overlay', uri: 'sip:+4930123@peer', outsideNumber: '+4930123' },
      ['+4930123'],
    ],
    ['for help', { path: 'trunk', uri: 'tel:112', outsideNumber: '112', emergency }, []],
    ['for help under a long number', { path: 'trunk', outsideNumber: '+4930112', emergency }, []],
    ['to a phone', { path: 'phone' }, []],
    ['to a domain', { path: 'domain' }, []],
  ] as const)('%s is asked for %o', async (_, more, asked) => {
    const gate = new Gate()
    await new MeteredLegs(plainLeg, gate, trunks).prepare(target(more), question, undefined)
    expect(gate.asked.map(([, number]) => number)).toEqual(asked)
  })

  test('gives its place back when it cannot be prepared', async () => {
    const gate = new Gate()
    const legs = new MeteredLegs({ prepare: () => Promise.reject(new Error('full')) }, gate, trunks)
    await expect(
      legs.prepare(target({ path: 'trunk', uri: 'tel:+4930123' }), question, undefined),
    ).rejects.toThrow('full')
    expect(gate.life).toEqual(['released'])
  })

  test('is refused without another line being tried', async () => {
    const gate = new Gate()
    gate.refuses = true
    const legs = new MeteredLegs(plainLeg, gate, trunks)
    const leg = legs.prepare(target({ path: 'trunk', uri: 'tel:+4930123' }), question, undefined)
    await expect(leg).rejects.toThrow(OutsideCallRefused)
  })
})

describe('a way that somebody has stated', () => {
  const released: string[] = []
  /** Goes where the target says, without brackets. */
  const statedLegs: LegPreparer = {
    prepare: ({ uri, proxy, label }) => ({
      ...plainLeg.prepare(),
      uri,
      proxy: proxy?.replace(/[<>]/g, ''),
      release: () => void released.push(label),
    }),
  }
  const isCalled = async (more: Partial<RouteTarget>) => {
    const legs = new MeteredLegs(statedLegs, new Gate(), trunks)
    try {
      await legs.prepare(target(more), question, undefined)
      return true
    } catch (error) {
      expect(error).toBeInstanceOf(WayLeadsOutside)
      return false
    }
  }

  test.each([
    ['a Path to the provider', { proxy: '<sip:provider.example;lr>' }, false],
    ['a Path by way of him', { proxy: '<sip:edge.example;lr;maddr=provider.example>' }, false],
    ['a Path that cannot be read', { proxy: '<sip:%zz@provider.example;lr>' }, false],
    ['a contact at the provider', { uri: 'sip:+4930@provider.example' }, false],
    ['a contact by way of him', { uri: 'sip:+4930@192.0.2.9;maddr=provider.example' }, false],
    ['the flow of a phone at him', { proxy: 'sip:provider.example:5070;transport=udp;ob' }, false],
    [
      'a domain by way of him',
      { path: 'domain', uri: 'sip:+4930@far.example;maddr=provider.example' },
      false,
    ],
    ['a Path elsewhere', { proxy: '<sip:edge.site-a.example;lr>' }, true],
    ['a flow elsewhere', { proxy: 'sip:192.0.2.9:5060;transport=udp;ob' }, true],
    [
      'a contact at him behind a flow elsewhere',
      { uri: 'sip:x@provider.example', proxy: 'sip:192.0.2.9' },
      true,
    ],
    ['a domain elsewhere', { path: 'domain', uri: 'sip:eve@far.example' }, true],
  ] as const)('%s: %o is called: %s', async (_, more, called) => {
    expect(await isCalled(more)).toBe(called)
  })

  test('that is not called gives back what its leg held', async () => {
    released.length = 0
    await isCalled({ label: 'sip:ann@site-a.example', uri: 'sip:+4930@provider.example' })
    expect(released).toEqual(['sip:ann@site-a.example'])
  })
})

describe('a call outside', () => {
  const outside = (label: string, group: number) =>
    target({ path: 'trunk', label, uri: 'tel:+4930123', outsideNumber: '+4930123', group })

  function edgeWith(gate: Gate): AnEdge {
    const edge = new AnEdge({ legs: new MeteredLegs(plainLeg, gate, trunks) })
    edge.plan = targets(outside('one', 0), outside('two', 1))
    return edge
  }

  test('is claimed, answered and released, and the verdict is in the decision record', async () => {
    const gate = new Gate()
    const edge = edgeWith(gate)
    const invite = await edge.phoneCalls()
    await edge.stack.sent().answers('v=0 callee')
    expect(gate.life).toEqual(['answered'])
    invite.dialog?.farEndHangsUp()
    await settled()
    expect(gate.life).toEqual(['answered', 'released'])
    expect(edge.decisions[0]?.steps).toMatchObject([
      { step: 'toll', answer: 'allowed', why: 'limit test: 1 of 3' },
      { step: 'target', answer: '200 OK' },
    ])
  })

  test('asks with the same question for each line that it tries', async () => {
    const gate = new Gate()
    const edge = edgeWith(gate)
    await edge.phoneCalls()
    await edge.stack.sent(0).refuses(503)
    await edge.stack.sent(1).answers('v=0 callee')
    expect(gate.life).toEqual(['released', 'answered'])
    expect(gate.asked[0]?.[0]).toBe(gate.asked[1]?.[0])
  })

  test('that is refused tries no other line, and says why', async () => {
    const gate = new Gate()
    gate.refuses = true
    const edge = edgeWith(gate)
    const invite = await edge.phoneCalls()
    await settled()
    expect(invite.finalStatus).toBe(403)
    expect(gate.asked).toHaveLength(1)
    expect(edge.stack.outgoing).toHaveLength(0)
    expect(edge.records.ended).toMatchObject([{ status: 403, endedBy: 'box', cause: 'limit test: 3 of 3' }])
    expect(edge.decisions[0]?.steps[0]).toMatchObject({
      step: 'toll',
      answer: 'refused',
      why: 'limit test: 3 of 3',
    })
  })

  test('is hung up on both sides when its payer has nothing left', async () => {
    const gate = new Gate()
    const edge = edgeWith(gate)
    const invite = await edge.phoneCalls()
    const callee = await edge.stack.sent().answers('v=0 callee')
    gate.end.abort('limit purse: 30.00 of 30.00 spent today')
    await settled()
    expect([invite.dialog?.hungUpWith, callee.hungUpWith].every((headers) => headers !== undefined)).toBe(
      true,
    )
    expect(edge.records.ended).toMatchObject([
      { endedBy: 'box', cause: 'limit purse: 30.00 of 30.00 spent today' },
    ])
    expect(gate.life).toEqual(['answered', 'released'])
  })
})
