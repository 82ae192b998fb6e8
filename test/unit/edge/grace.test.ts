import { beforeEach, describe, expect, test } from 'vitest'
import { aor } from '../../../src/domain/aor.ts'
import type { CallQuestion } from '../../../src/domain/route.ts'
import { MeteredLegs } from '../../../src/edge/legs/metered-legs.ts'
import { OutsideCallRefused } from '../../../src/edge/legs/outside-call-refused.ts'
import type { CallerGrace } from '../../../src/edge/neighbours.ts'
import { settled } from '../../support/fake-sip-stack.ts'
import { AnEdge, target, targets } from './an-edge.ts'

const guest = aor('300', 'pbx.example')
const challenge = {
  kind: 'challenge',
  status: 407,
  headers: { 'Proxy-Authenticate': 'Digest realm="asterisk"' },
} as const

let edge: AnEdge
let answer: ReturnType<CallerGrace['answerTo']>
let asked: unknown[]

beforeEach(() => {
  answer = { kind: 'covered', user: guest }
  asked = []
  edge = new AnEdge()
  edge.pbxInCharge = false
  edge.verdict = { ...challenge, why: 'wrong', username: '300' }
  edge.grace = {
    answerTo: (user, device) => {
      asked.push([user.user, device])
      return answer
    },
  }
})

const calls = () =>
  edge.stack.receiveInvite({
    uri: 'sip:301@pbx.example',
    source: { transport: 'udp', address: '192.0.2.7', port: 5062 },
    headers: {
      from: '<sip:300@pbx.example>;tag=1',
      contact: '<sip:300@192.0.2.7:5062>;+sip.instance="<urn:uuid:1>"',
      'user-agent': 'Snom',
    },
  })

describe('a caller whose password nobody here knows, while his PBX is gone', () => {
  test('is let in as himself, unproven, when he has shown that he hears', async () => {
    await calls()
    expect(asked).toEqual([['300', { address: '192.0.2.7', instance: '<urn:uuid:1>', userAgent: 'Snom' }]])
    expect(edge.questions).toMatchObject([
      { source: 'phone', caller: guest, callerIsAuthenticated: false, grace: true },
    ])
    expect(edge.authFailures).toEqual([])
  })

  test.each(['missing', 'stale'] as const)('is asked first (%s)', async (why) => {
    edge.verdict = { ...challenge, why }
    expect((await calls()).finalStatus).toBe(407)
    expect(asked).toEqual([])
  })

  test('hears in words when the time is over, and has not guessed', async () => {
    answer = { kind: 'over' }
    const why = 'the PBX of 300@pbx.example is gone, and the time without a password is over'
    expect((await calls()).response).toMatchObject({
      status: 403,
      headers: { Warning: `399 causeway "${why}"` },
    })
    expect(edge.authFailures).toEqual([])
    expect(edge.decisions).toMatchObject([{ status: 403, steps: [{ why }] }])
  })

  test('is told to call again while his PBX is only silent', async () => {
    answer = { kind: 'early' }
    expect((await calls()).response).toMatchObject({ status: 503, headers: { 'Retry-After': '2' } })
    expect(edge.authFailures).toEqual([])
  })

  test('need not call here while his PBX has his phone and lives: he has not guessed', async () => {
    answer = { kind: 'at-pbx' }
    expect((await calls()).finalStatus).toBe(403)
    expect(edge.authFailures).toEqual([])
  })

  test('counts as a guesser where there is no grace for him', async () => {
    answer = { kind: 'unknown' }
    expect((await calls()).finalStatus).toBe(407)
    expect(edge.authFailures).toEqual(['192.0.2.7'])
  })

  test('transfers nobody', async () => {
    const invite = await calls()
    await edge.stack.sent().answers('v=0')
    const refer = invite.dialog?.farEndSends('REFER', { headers: { 'Refer-To': '<tel:+4930>' } })
    await settled()
    expect(refer?.response.status).toBe(603)
  })
})

test('where too many wrong passwords of a name came from, nobody calls by it', async () => {
  edge.verdict = { kind: 'blocked', username: '300' }
  expect((await calls()).finalStatus).toBe(403)
})

describe('the last door before a leg', () => {
  const question: CallQuestion = {
    callId: '1',
    source: 'phone',
    sourceLabel: '300@pbx.example',
    caller: guest,
    callerIsAuthenticated: false,
    grace: true,
    from: 'sip:300@pbx.example',
    requestUri: 'tel:+4930123',
    at: 0,
  }
  const gate = { claim: () => ({ kind: 'refused', status: 500, reason: 'asked', why: 'asked' }) as const }
  const plain = { prepare: () => ({ uri: 'sip:x', from: '<sip:x>', headers: {}, release: () => undefined }) }
  const legs = new MeteredLegs(
    plain,
    gate,
    { servesHost: () => false },
    { isOnGrace: ({ user }) => user === '300', isDoubtful: ({ user }) => user === '301' },
  )
  const { grace: _grace, ...sentOn } = { ...question, callerIsAuthenticated: true }

  test.each(['trunk', 'overlay', 'domain', 'pbx'] as const)('lets no such caller to a %s', async (path) => {
    for (const asks of [question, sentOn]) {
      const prepared = (async () => legs.prepare(target({ path, uri: 'tel:+4930123' }), asks, undefined))()
      const error = await prepared.catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(OutsideCallRefused)
      expect((error as OutsideCallRefused).sipStatus).toBe(403)
    }
  })

  test('lets nobody outside whose phone has not gone home yet; his PBX is asked', async () => {
    const asks = { ...sentOn, caller: aor('301', 'pbx.example') }
    const prepare = async (path: 'trunk' | 'pbx') =>
      legs.prepare(
        target({ path, uri: path === 'pbx' ? 'sip:302@pbx.example' : 'tel:+4930' }),
        asks,
        undefined,
      )
    await expect(prepare('trunk')).rejects.toMatchObject({ sipStatus: 403 })
    await expect(prepare('pbx')).resolves.toBeDefined()
  })

  test('lets him to a phone, and to those who help', async () => {
    const emergency = { number: '112', isTest: false }
    for (const to of [target(), target({ path: 'trunk', uri: 'tel:112', emergency })])
      await expect(Promise.resolve(legs.prepare(to, question, undefined))).resolves.toBeDefined()
  })
})

describe('a PBX that is gone', () => {
  const office = target({
    path: 'pbx',
    label: 'office',
    uri: 'sip:301@pbx.example',
    proxy: 'sip:192.0.2.50:5060',
  })
  const local = target({ group: 1, label: 'sip:301@pbx.example', callerMustBeAuthenticated: true })

  beforeEach(() => {
    edge.pbxInCharge = true
    edge.plan = targets(office, local)
  })

  test('is not waited for, though a phone rings at it: it has let the caller through', async () => {
    await calls()
    edge.stack.sent().rings()
    edge.handler.pbxIsGone('office', true)
    await settled()
    expect(edge.stack.outgoing.map(({ isCancelled }) => isCancelled)).toEqual([true, false])
  })

  test('is waited for where a phone rings, when it is only overloaded', async () => {
    await calls()
    edge.stack.sent().rings()
    edge.handler.pbxIsGone('office', false)
    await settled()
    expect(edge.stack.outgoing).toHaveLength(1)
  })

  test('lets nothing ring any more: the same phones ring for those who called', async () => {
    edge.plan = targets(target())
    const source = { transport: 'udp', address: '192.0.2.50', port: 5060 } as const
    const fromPbx = await edge.stack.receiveInvite({ uri: 'sip:301@192.0.2.1', source, headers: {} })
    edge.stack.sent().rings()
    edge.handler.pbxIsGone('office', true)
    await settled()
    expect(edge.stack.sent().isCancelled).toBe(true)
    expect(fromPbx.finalStatus).toBe(503)
  })
})

describe('a PBX that lives and knows nobody who could be rung', () => {
  const office = target({ path: 'pbx', label: 'office', proxy: 'sip:192.0.2.50:5060', mayNotKnow: true })
  const local = target({ group: 1, label: 'sip:301@pbx.example', callerMustBeAuthenticated: true })

  beforeEach(() => {
    edge.pbxInCharge = true
    edge.verdict = { ...challenge, why: 'stale' }
  })

  test.each([404, 480])(
    'has let the caller through (%i): the phone that only the box knows rings',
    async (status) => {
      edge.plan = targets(office, local)
      const invite = await calls()
      await edge.stack.sent().refuses(status)
      await edge.stack.sent().answers('v=0')
      expect(invite.finalStatus).toBe(200)
    },
  )

  test.each([
    [
      'the telephone network',
      target({
        group: 1,
        path: 'trunk',
        label: 'carrier',
        uri: 'tel:+4930',
        callerMustBeAuthenticated: true,
      }),
      480,
    ],
    ['a phone, when nobody answered for it', local, 503],
  ] as const)('has said nothing about %s', async (_, next, status) => {
    edge.plan = targets(office, next)
    const invite = await calls()
    await edge.stack.sent().refuses(status, { isLocal: status === 503 })
    expect(invite.finalStatus).toBe(407)
  })
})
