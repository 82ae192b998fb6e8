import { describe, expect, test } from 'vitest'
import type { CallQuestion, RoutePlan } from '../../../src/domain/route.ts'
import type { LegPreparer } from '../../../src/edge/legs/prepared-leg.ts'
import { settled } from '../../support/fake-sip-stack.ts'
import { AnEdge, target, targets } from './an-edge.ts'

const bert = target({ uri: 'sip:202@192.0.2.8', label: 'sip:202@site-a.example' })
const carl = target({ uri: 'sip:203@192.0.2.9', label: 'sip:203@site-a.example' })
const outside = target({ path: 'trunk', label: 'carrier', uri: 'tel:+4930123', outsideNumber: '+4930123' })
const refused: RoutePlan = { kind: 'refuse', status: 403, reason: 'Forbidden', why: 'no right' }

/** An edge whose router knows these places; 202 is called. */
function edgeWith(
  places: Readonly<Record<string, RoutePlan>>,
  more: ConstructorParameters<typeof AnEdge>[0] = {},
) {
  const asked: CallQuestion[] = []
  const prepared: CallQuestion[] = []
  const legs: LegPreparer = {
    prepare: ({ uri }, question) => {
      prepared.push(question)
      return { uri, from: '<sip:x>', headers: {}, release: () => undefined }
    },
  }
  const edge = new AnEdge({
    router: {
      route: async (question) => {
        asked.push(question)
        return { plan: places[question.requestUri] ?? refused, steps: [] }
      },
    },
    legs,
    numberOf: ({ user }) => (user === '202' ? '+49301234502' : undefined),
    ...more,
  })
  return { edge, asked, prepared }
}

const called = 'sip:202@site-a.example'
const movedTo = (contact: string) => ({ headers: { Contact: contact } })

describe('a phone that sends a call on', () => {
  test('has it planned anew in the name of its user, who pays for what is outside', async () => {
    const { edge, asked, prepared } = edgeWith({ [called]: targets(bert), 'tel:+4930123': targets(outside) })
    const invite = await edge.phoneCalls()
    await edge.stack.sent().refuses(302, movedTo('<tel:+4930123?Replaces=x>;q=0.5'))
    expect(asked[1]).toMatchObject({
      source: 'phone',
      caller: { user: '202', domain: 'site-a.example' },
      callerIsAuthenticated: true,
      divertedBy: { user: '202' },
      from: 'sip:201@site-a.example',
      requestUri: 'tel:+4930123',
    })
    expect(prepared[1]).toBe(asked[1])
    const leg = edge.stack.sent(1)
    expect(leg.uri).toBe('tel:+4930123')
    expect(leg.options.headers).toMatchObject({
      Diversion: ['<tel:+49301234502>;reason=unconditional;counter=1'],
      'History-Info': ['<tel:+49301234502>;index=1', '<tel:+4930123>;index=1.1;mp=1'],
    })
    await leg.answers('v=0 callee')
    expect(invite.finalStatus).toBe(200)
    expect(edge.decisions[0]?.steps).toMatchObject([
      { step: 'target', answer: '302 Because' },
      { step: 'redirect', answer: '302' },
      { step: 'target', answer: '200 OK' },
    ])
    expect(edge.records.answered.at(-1)).toMatchObject({
      payer: '202@site-a.example',
      outsideNumber: '+4930123',
    })
  })

  test('to somebody inside leaves the caller as he is, and names who sent it', async () => {
    const { edge, prepared } = edgeWith({ [called]: targets(bert), 'sip:203@site-a.example': targets(carl) })
    const headers = {
      Diversion: '<sip:100@before.example>;reason=no-answer',
      'History-Info': '<sip:100@before.example>;index=1',
    }
    await edge.phoneCalls({ headers })
    await edge.stack.sent().refuses(302, movedTo('<sip:203@site-a.example>'))
    expect(prepared[1]?.caller).toMatchObject({ user: '201' })
    expect(edge.stack.sent(1).options.headers).toMatchObject({
      Diversion: ['<sip:202@site-a.example>;reason=unconditional;counter=1', headers.Diversion],
      'History-Info': [
        headers['History-Info'],
        '<sip:202@site-a.example?Reason=SIP%3Bcause%3D302>;index=1.1',
        '<sip:203@site-a.example>;index=1.1.1;mp=1.1',
      ],
    })
  })

  test('has its places tried by preference, one after the other, while other phones of the group ring on', async () => {
    const { edge } = edgeWith({
      [called]: targets(bert, target({ ...carl, label: 'sip:202@site-a.example' })),
      'sip:a@site-a.example': targets(target({ uri: 'sip:a@192.0.2.20' })),
      'sip:b@site-a.example': targets(target({ uri: 'sip:b@192.0.2.21' })),
    })
    const invite = await edge.phoneCalls()
    await edge.stack
      .sent(0)
      .refuses(300, movedTo('<sip:a@site-a.example>;q=0.1, <sip:b@site-a.example>;q=0.9'))
    expect(edge.stack.outgoing.map(({ uri }) => uri)).toEqual([bert.uri, carl.uri, 'sip:b@192.0.2.21'])
    await edge.stack.sent(2).refuses(480)
    expect(edge.stack.sent(3).uri).toBe('sip:a@192.0.2.20')
    await edge.stack.sent(1).answers('v=0 callee')
    expect(edge.stack.sent(3).isCancelled).toBe(true)
    expect(invite.finalStatus).toBe(200)
    expect(edge.records.answered).toHaveLength(1)
  })

  test('may not send it in circles, nor further than five times', async () => {
    const circle = edgeWith({ [called]: targets(bert), 'sip:203@site-a.example': targets(carl) })
    await circle.edge.phoneCalls()
    await circle.edge.stack.sent(0).refuses(302, movedTo('<sip:203@site-a.example>'))
    await circle.edge.stack.sent(1).refuses(302, movedTo(`<${called}>`))
    expect(circle.edge.stack.outgoing).toHaveLength(2)
    expect(circle.edge.records.ended).toMatchObject([{ status: 480 }])

    const places = Array.from({ length: 9 }, (_, index) => `sip:${index}@site-a.example`)
    const line = edgeWith({
      [called]: targets(bert),
      ...Object.fromEntries(
        places.map((uri, index) => [uri, targets(target({ uri: `sip:p@192.0.2.${100 + index}` }))]),
      ),
    })
    await line.edge.phoneCalls()
    for (const [index, place] of places.entries()) {
      if (line.edge.stack.outgoing.length === index + 1) {
        await line.edge.stack.sent(index).refuses(302, movedTo(`<${place}>`))
      }
    }
    expect(line.edge.stack.outgoing).toHaveLength(6)
  })

  test('to where its user may not call is as if it were not there', async () => {
    const { edge } = edgeWith({ [called]: targets(bert) })
    const invite = await edge.phoneCalls()
    await edge.stack.sent().refuses(302, movedTo('<tel:+19005550000>'))
    expect(edge.stack.outgoing).toHaveLength(1)
    expect(invite.finalStatus).toBe(480)
  })

  test('is not sent further when somebody else answers', async () => {
    const second = target({ ...outside, label: 'second', group: 1 })
    const { edge } = edgeWith({
      [called]: targets(bert, target({ ...carl, label: 'sip:202@site-a.example' })),
      'tel:+4930123': targets(outside, second),
    })
    await edge.phoneCalls()
    await edge.stack.sent(0).refuses(302, movedTo('<tel:+4930123>'))
    const [answers, fails] = [edge.stack.sent(1).answers('v=0 callee'), edge.stack.sent(2).refuses(503)]
    await Promise.all([answers, fails])
    expect(edge.stack.outgoing).toHaveLength(3)
  })

  test('never reaches a PBX, which would have to take the word of this box for who calls', async () => {
    const pbx = target({ path: 'pbx', label: 'office', uri: 'sip:0900@pbx.example' })
    const { edge } = edgeWith({ [called]: targets(bert), 'sip:0900@pbx.example': targets(pbx) })
    const invite = await edge.phoneCalls()
    await edge.stack.sent().refuses(302, movedTo('<sip:0900@pbx.example>'))
    expect(edge.stack.outgoing).toHaveLength(1)
    expect(invite.finalStatus).toBe(480)
  })

  test('of a caller who has given up sends it nowhere', async () => {
    const { edge } = edgeWith({ [called]: targets(bert), 'tel:+4930123': targets(outside) })
    const invite = await edge.phoneCalls()
    invite.cancel()
    await settled()
    await edge.stack.sent().refuses(302, movedTo('<tel:+4930123>'))
    expect(edge.stack.outgoing).toHaveLength(1)
  })
})

test('a phone to which a call is transferred may send it on, and its user pays', async () => {
  const { edge, prepared } = edgeWith({
    'sip:203@site-a.example': targets(carl),
    [called]: targets(bert),
    'tel:+4930123': targets(outside),
  })
  const invite = await edge.phoneCalls({ uri: 'sip:203@site-a.example' })
  await edge.stack.sent().answers('v=0 carl')
  invite.dialog?.farEndSends('REFER', { headers: { 'Refer-To': `<${called}>` } })
  await settled()
  await edge.stack.sent(1).refuses(302, movedTo('<tel:+4930123>'))
  expect(edge.stack.sent(2).uri).toBe('tel:+4930123')
  expect(prepared.at(-1)).toMatchObject({ caller: { user: '202' }, divertedBy: { user: '202' } })
  await edge.stack.sent(2).answers('v=0 outside')
  expect(edge.records.answered.at(-1)).toMatchObject({ payer: '202@site-a.example' })
})

describe('nobody else is followed', () => {
  test.each([
    ['a trunk', target({ path: 'trunk', label: 'carrier' }), 302],
    ['a domain', target({ path: 'domain', label: 'elsewhere.example' }), 302],
    ['another box', target({ path: 'overlay', label: 'b.peer.overlay.example' }), 301],
    ['a phone that wants a proxy used', bert, 305],
    ['a phone that knows another service', bert, 380],
  ])('%s', async (_, first, status) => {
    const { edge, asked } = edgeWith({ [called]: targets(first), 'tel:+4930123': targets(outside) })
    const invite = await edge.phoneCalls()
    await edge.stack.sent().refuses(status, movedTo('<tel:+4930123>'))
    expect(asked.map(({ requestUri }) => requestUri)).not.toContain('tel:+4930123')
    expect(invite.finalStatus).toBe(480)
  })
})

test('a PBX sees the redirection of its phone and follows by its own rules', async () => {
  const { edge, asked } = edgeWith({ [called]: targets(bert), 'tel:+4930123': targets(outside) })
  const invite = await edge.stack.receiveInvite({
    uri: called,
    source: { transport: 'udp', address: '192.0.2.50', port: 5060 },
    headers: { from: '<sip:300@pbx.example>;tag=1' },
  })
  await edge.stack.sent().refuses(302, movedTo('<tel:+4930123>'))
  expect(asked).toHaveLength(1)
  expect(invite.responses.at(-1)).toMatchObject({ status: 302, headers: { Contact: ['<tel:+4930123>'] } })
})
