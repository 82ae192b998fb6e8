import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { LegPolicy } from '../../../src/domain/leg-policy.ts'
import type { RouteTarget } from '../../../src/domain/route.ts'
import type { PreparedLeg } from '../../../src/edge/legs/prepared-leg.ts'
import { settled } from '../../support/fake-sip-stack.ts'
import { AnEdge, target, targets } from './an-edge.ts'

const trunk: LegPolicy = {
  codecs: [],
  dtmf: 'events',
  srtp: 'as-offered',
  earlyMedia: 'pass',
  reliableProvisionals: 'supported',
  sessionTimer: undefined,
}

/** A phone has called a number outside. */
async function calledOut(policy: Partial<LegPolicy> = {}, leg: Partial<PreparedLeg> = {}) {
  let released = 0
  const prepare = ({ path }: RouteTarget): PreparedLeg => ({
    uri: 'sip:+4930@carrier.example',
    from: '<sip:+4931@carrier.example>',
    headers: {},
    policy: { ...trunk, ...policy },
    release: () => {
      released += 1
    },
    ...(path === 'trunk' && leg),
  })
  const edge: AnEdge = new AnEdge({ legs: { prepare } })
  edge.plan = targets(target({ path: 'trunk', label: 'carrier' }))
  const invite = await edge.phoneCalls({ headers: { 'P-Early-Media': 'supported' } })
  return { edge, invite, outgoing: edge.stack.sent(), released: () => released }
}

/** A call comes from a trunk. */
async function calledIn(policy: Partial<LegPolicy>, headers: Record<string, string> = {}) {
  const edge = new AnEdge({
    policyOf: (source, label) =>
      source === 'trunk' && label === 'carrier' ? { ...trunk, ...policy } : undefined,
  })
  const invite = await edge.stack.receiveInvite({
    uri: 'sip:202@site-a.example',
    source: { transport: 'udp', address: '192.0.2.60', port: 5060 },
    headers: { from: '<sip:+4930@carrier.example>;tag=1', ...headers },
  })
  return { edge, invite }
}

describe('early media of a trunk', () => {
  test('passes in its order, however long the media takes', async () => {
    const { invite, outgoing } = await calledOut()
    expect(outgoing.options.headers).toMatchObject({ 'P-Early-Media': 'supported' })
    outgoing.rings(183, { body: 'v=0 announcement' })
    outgoing.rings(180)
    await settled()
    expect(invite.responses).toMatchObject([{ status: 183, body: 'v=0 announcement' }, { status: 180 }])
  })

  test.each([
    ['by policy', { earlyMedia: 'hold-back' }, {}],
    ['because the network forbids it', {}, { 'P-Early-Media': 'inactive, gated' }],
  ] as const)('is held back %s: the caller hears its own ringing tone', async (_, policy, headers) => {
    const { invite, outgoing } = await calledOut(policy)
    outgoing.rings(183, { reason: 'Session Progress', body: 'v=0 announcement', headers })
    await settled()
    expect(invite.responses).toEqual([{ status: 180, reason: 'Ringing', headers: {} }])
    await outgoing.answers('v=0 trunk')
    expect(invite.dialog?.localSdp).toBe('v=0 trunk')
  })

  test('of a phone is held back from a trunk that wants none', async () => {
    const { edge, invite } = await calledIn({ earlyMedia: 'hold-back' })
    edge.stack.sent().rings(183, { body: 'v=0 announcement' })
    await settled()
    expect(invite.responses).toMatchObject([{ status: 180 }])
    expect(invite.responses[0]?.body).toBeUndefined()
  })

  test('is not asked for where it is held back', async () => {
    const { outgoing } = await calledOut({ earlyMedia: 'hold-back' })
    expect(outgoing.options.headers?.['P-Early-Media']).toEqual([])
  })
})

describe('reliable provisional responses', () => {
  test.each([
    ['supported', { Supported: 'timer, 100rel' }],
    ['required', { Supported: 'timer, 100rel', Require: '100rel' }],
    ['never', { Supported: 'timer' }],
  ] as const)('of a trunk: %s', async (reliableProvisionals, headers) => {
    const { outgoing } = await calledOut({ reliableProvisionals })
    expect(outgoing.options.headers).toMatchObject(headers)
    expect('Require' in (outgoing.options.headers ?? {})).toBe('Require' in headers)
  })

  test('are not asked for in a call without an offer, whose offer they would bring too early', async () => {
    const edge = new AnEdge({
      legs: {
        prepare: ({ uri }) => ({
          uri,
          from: '<sip:box@site-a.example>',
          headers: {},
          policy: { ...trunk, reliableProvisionals: 'required' },
          release: () => undefined,
        }),
      },
    })
    await edge.phoneCalls({ body: '' })
    expect(edge.stack.sent().options.headers).toMatchObject({ Supported: 'timer' })
    expect(edge.stack.sent().options.headers).not.toHaveProperty('Require')
  })

  test('go to a trunk that wants them and can', async () => {
    const { edge, invite } = await calledIn({ reliableProvisionals: 'required' }, { Supported: '100rel' })
    edge.stack.sent().rings()
    await settled()
    expect(invite.responses).toMatchObject([{ status: 180, headers: { Require: '100rel' } }])
  })

  test('that a trunk requires against its policy are refused', async () => {
    const { invite } = await calledIn({ reliableProvisionals: 'never' }, { Require: '100rel' })
    expect(invite.response).toMatchObject({ status: 420, headers: { Unsupported: '100rel' } })
  })

  test('are understood however they are written; what is not is named as the caller wrote it', async () => {
    const { invite } = await calledIn({}, { Require: '100Rel, nothingSIPbutAll' })
    expect(invite.response).toMatchObject({ status: 420, headers: { Unsupported: 'nothingSIPbutAll' } })
  })
})

describe('session timers', () => {
  const sessionTimer = { expiresSeconds: 900, minSeconds: 600, refresher: 'far-end' } as const

  test('are asked of a trunk', async () => {
    const { outgoing } = await calledOut({ sessionTimer })
    expect(outgoing.options.headers).toMatchObject({
      'Session-Expires': '900;refresher=uas',
      'Min-SE': '600',
      Supported: 'timer, 100rel',
    })
  })

  test('are agreed on with a trunk that calls', async () => {
    const { edge, invite } = await calledIn({ sessionTimer }, { Supported: 'timer' })
    await edge.stack.sent().answers('v=0')
    expect(invite.answerHeaders).toMatchObject({
      'Session-Expires': '900;refresher=uac',
      Require: 'timer',
      Supported: 'timer',
    })
  })

  test('that are too short are refused with the shortest that is taken', async () => {
    const { edge, invite } = await calledIn(
      { sessionTimer },
      { Supported: 'timer', 'Session-Expires': '300' },
    )
    expect(invite.response).toMatchObject({ status: 422, headers: { 'Min-SE': '600' } })
    expect(edge.records.ended).toMatchObject([{ status: 422 }])
  })

  test('of a phone are agreed on too', async () => {
    const edge = new AnEdge()
    const invite = await edge.phoneCalls({
      headers: { Supported: 'timer', 'Session-Expires': '300;refresher=uac', Require: 'timer' },
    })
    await edge.stack.sent().answers('v=0')
    expect(invite.answerHeaders).toMatchObject({ 'Session-Expires': '300;refresher=uac', Require: 'timer' })
  })

  test('that run out end the call, and its record says so', async () => {
    const { edge, invite, outgoing } = await calledOut({ sessionTimer })
    const callee = await outgoing.answers('v=0')
    callee.endsByEngine('SIP;cause=200;text="Session timer expired"')
    await settled()
    expect(invite.dialog?.hungUpWith).toBeDefined()
    expect(edge.records.ended).toMatchObject([{ endedBy: 'box', cause: 'Session timer expired' }])
  })
})

describe('an answered leg', () => {
  test('ends when its time is up, and its record says so', async () => {
    const { edge, invite, outgoing, released } = await calledOut({}, { endsAfterMs: 60_000 })
    const callee = await outgoing.answers('v=0')
    edge.clock.advance(59_999)
    expect(callee.hungUpWith).toBeUndefined()
    edge.clock.advance(1)
    await settled()
    expect([callee.hungUpWith, invite.dialog?.hungUpWith].every(Boolean)).toBe(true)
    expect(edge.records.ended).toMatchObject([{ endedBy: 'box', cause: "limit of the call's length" }])
    expect(released()).toBe(1)
  })

  test('that ends before its time leaves nothing behind', async () => {
    const payer = new AbortController()
    const timed = await calledOut({}, { endsAfterMs: 60_000 })
    const paid = await calledOut({}, { ends: payer.signal })
    for (const { outgoing } of [timed, paid]) (await outgoing.answers('v=0')).farEndHangsUp()
    expect(timed.edge.clock.pendingTimers).toBe(0)
    expect(getEventListeners(payer.signal, 'abort')).toEqual([])
  })

  test('ends when whoever pays for it says so, also after two transfers', async () => {
    const payer = new AbortController()
    const { edge, invite, outgoing } = await calledOut({}, { ends: payer.signal })
    const callee = await outgoing.answers('v=0')
    edge.plan = targets(target({ uri: 'sip:203@192.0.2.9', label: 'sip:203@site-a.example' }))
    invite.dialog?.farEndSends('REFER', { headers: { 'Refer-To': '<sip:203@site-a.example>' } })
    await settled()
    const third = await edge.stack.sent().answers('v=0 third')
    await settled()
    third.farEndSends('REFER', { headers: { 'Refer-To': '<sip:204@site-a.example>' } })
    await settled()
    const fourth = await edge.stack.sent().answers('v=0 fourth')
    await settled()
    expect(third.hungUpWith).toBeDefined()
    expect(callee.hungUpWith).toBeUndefined()
    payer.abort('the budget of the day is used up')
    await settled()
    expect([callee.hungUpWith, fourth.hungUpWith].every(Boolean)).toBe(true)
    expect(edge.records.ended.at(-1)).toMatchObject({ cause: 'the budget of the day is used up' })
  })
})

describe('the reason of an end', () => {
  test.each([
    ['its text', 'Q.850;cause=16;text="Normal call clearing"', 'Normal call clearing'],
    ['its name in the telephone network', 'Q.850;cause=27', 'destination out of order'],
    ['itself, when nothing more is known', 'SIP;cause=480', 'SIP;cause=480'],
  ])('is in the record as %s, and on the other leg', async (_, reason, cause) => {
    const { edge, invite, outgoing } = await calledOut()
    const callee = await outgoing.answers('v=0')
    callee.farEndHangsUp(reason)
    await settled()
    expect(invite.dialog?.hungUpWith).toEqual({ Reason: reason })
    expect(edge.records.ended).toMatchObject([{ cause, endedBy: 'callee' }])
  })

  test('goes with the CANCEL of a caller', async () => {
    const { invite, outgoing } = await calledOut()
    invite.cancel('SIP;cause=200;text="Call completed elsewhere"')
    await settled()
    expect(outgoing.options.signal?.reason).toBe('SIP;cause=200;text="Call completed elsewhere"')
  })

  test('tells the phones that did not get a call that they have not missed it', async () => {
    const edge = new AnEdge()
    edge.plan = targets(target(), target({ uri: 'sip:b@192.0.2.9' }))
    await edge.phoneCalls()
    await edge.stack.sent(0).answers('v=0')
    expect(edge.stack.sent(1).options.signal?.reason).toContain('Call completed elsewhere')
  })
})

describe('an offer in a call', () => {
  test('that changes nothing is answered here', async () => {
    const { invite, outgoing } = await calledOut()
    const callee = await outgoing.answers('v=0 trunk')
    const refresh = callee.farEndOffers('v=0 trunk')
    await settled()
    expect(refresh.response).toMatchObject({ status: 200, body: 'v=0 caller' })
    expect(invite.dialog?.offers).toEqual([])
  })

  test('that is refused is taken back from the relay', async () => {
    let refused = 0
    const edge = new AnEdge({
      media: {
        session: () => ({
          offer: async (_, sdp) => sdp,
          answer: async (_, sdp) => sdp,
          refused: async () => {
            refused += 1
          },
          end: () => undefined,
        }),
      },
    })
    const invite = await edge.phoneCalls()
    const callee = await edge.stack.sent().answers('v=0 callee')
    if (invite.dialog) invite.dialog.refuses = { method: 'INVITE', status: 488 }
    const fax = callee.farEndOffers('v=0 fax')
    await settled()
    expect(fax.response.status).toBe(488)
    expect(refused).toBe(1)
  })

  test('by UPDATE goes by INVITE to a phone that has none', async () => {
    const { invite, outgoing } = await calledOut()
    const callee = await outgoing.answers('v=0 trunk')
    const { dialog } = invite
    if (!dialog) throw new Error('not answered')
    dialog.refuses = { method: 'UPDATE', status: 405 }
    const hold = callee.farEndOffers('v=0 hold', 'UPDATE')
    await settled()
    expect(dialog.offers.map(({ method }) => method)).toEqual(['UPDATE', 'INVITE'])
    expect(hold.response).toMatchObject({ status: 200, body: 'v=0 far end' })
  })
})

test('what had to become of the media is in the decision record', async () => {
  const edge = new AnEdge({
    media: {
      session: ({ remark }) => {
        remark?.('offered as it came: G729', 'none of the codecs of the trunk is among them')
        return { offer: async (_, sdp) => sdp, answer: async (_, sdp) => sdp, end: () => undefined }
      },
    },
  })
  edge.plan = targets(target({ path: 'trunk', label: 'carrier' }))
  await edge.phoneCalls()
  await edge.stack.sent().refuses(486)
  expect(edge.decisions[0]?.steps[0]).toMatchObject({
    step: 'media',
    asked: 'trunk carrier',
    answer: 'offered as it came: G729',
  })
})
