import { describe, expect, test } from 'vitest'
import { settled } from '../../support/fake-sip-stack.ts'
import { AnEdge, target, targets } from './an-edge.ts'

describe('a call that is answered', () => {
  test('carries ringing and SDP through, is recorded before the answer, and ends on both sides', async () => {
    const edge = new AnEdge()
    const invite = await edge.phoneCalls()
    const leg = edge.stack.sent()
    expect(leg.uri).toBe('sip:202@192.0.2.8:5062')
    expect(leg.options).toMatchObject({
      body: 'v=0 caller',
      from: '"Anna A." <sip:201@site-a.example>',
      to: '<sip:202@site-a.example>',
    })
    leg.rings()
    await settled()
    const callee = await leg.answers('v=0 callee')
    expect(invite.statuses).toEqual([180, 200])
    expect(invite.dialog?.localSdp).toBe('v=0 callee')
    expect(edge.records.answered).toMatchObject([
      { status: 200, path: 'phone', target: 'sip:202@site-a.example' },
    ])
    expect(edge.handler.callsNow()).toMatchObject([{ state: 'talking' }])

    invite.dialog?.farEndHangsUp('Q.850;cause=16')
    await settled()
    expect(callee.hungUpWith).toEqual({ Reason: 'Q.850;cause=16' })
    expect(edge.records.ended).toMatchObject([{ status: 200, endedBy: 'caller' }])
    expect(edge.decisions).toMatchObject([{ status: 200, steps: [{ step: 'target', answer: '200 OK' }] }])
    expect(edge.handler.count).toBe(0)
  })

  test('is written down before anything leaves the box, and answered before the caller hears of it', async () => {
    const sent: number[] = []
    const edge = new AnEdge({
      router: {
        route: async () => {
          sent.push(edge.records.began.length, edge.stack.outgoing.length)
          return { plan: edge.plan, steps: [] }
        },
      },
    })
    edge.mediaAnswers = new Promise(() => undefined)
    const invite = await edge.phoneCalls()
    expect(sent).toEqual([1, 0])
    await edge.stack.sent().answers('v=0 callee')
    expect(edge.records.answered).toMatchObject([{ status: 200, attempts: [{ status: 200 }] }])
    expect(invite.finalStatus).toBeUndefined()
  })

  test('gets the offer of the callee when the caller made none, and the answer of its ACK goes back', async () => {
    const edge = new AnEdge()
    const invite = await edge.phoneCalls({ body: '' })
    invite.answerInAck = 'v=0 answer in ACK'
    const callee = await edge.stack.sent().answers('v=0 offer of callee')
    expect(invite.dialog?.localSdp).toBe('v=0 offer of callee')
    expect(callee.localSdp).toBe('v=0 answer in ACK')
    expect(edge.handler.callsNow()).toMatchObject([{ state: 'talking' }])
  })
})

describe('hunting', () => {
  test.each([
    ['a person is busy', 486, 486],
    ['a person declines', 603, 603],
    ['a domain knows nobody of that name', 404, 404],
  ])('ends when %s', async (_, status, seen) => {
    const edge = new AnEdge()
    edge.plan = targets(target({ path: 'domain' }), target({ group: 1 }))
    const invite = await edge.phoneCalls()
    await edge.stack.sent().refuses(status)
    expect(edge.stack.outgoing).toHaveLength(1)
    expect(invite.finalStatus).toBe(seen)
    expect(edge.records.ended).toMatchObject([{ status: seen, attempts: [{ status }] }])
  })

  test.each([408, 480, 500, 502, 503])(
    'goes on after %i, and each target is in the record',
    async (status) => {
      const edge = new AnEdge()
      edge.plan = targets(
        target({ path: 'trunk', label: 'one' }),
        target({ path: 'trunk', label: 'two', group: 1 }),
      )
      const invite = await edge.phoneCalls()
      await edge.stack.sent(0).refuses(status)
      await edge.stack.sent(1).answers('v=0')
      expect(invite.finalStatus).toBe(200)
      expect(edge.records.answered[0]?.attempts).toMatchObject([
        { target: 'one', status },
        { target: 'two', status: 200 },
      ])
      expect(edge.trunkLegs).toEqual({ open: 2, released: 1 })
      invite.dialog?.farEndHangsUp()
      expect(edge.trunkLegs.released).toBe(2)
    },
  )

  test('rings the phones of one group together; the first to answer gets the call', async () => {
    const edge = new AnEdge()
    edge.plan = targets(target({ uri: 'sip:a@192.0.2.8' }), target({ uri: 'sip:b@192.0.2.9' }))
    const invite = await edge.phoneCalls()
    expect(edge.stack.outgoing).toHaveLength(2)
    await edge.stack.sent(0).refuses(486)
    expect(invite.finalStatus).toBeUndefined()
    await edge.stack.sent(1).answers('v=0 b')
    expect(invite.dialog?.localSdp).toBe('v=0 b')
  })

  test('cancels the other phones when one answers', async () => {
    const edge = new AnEdge()
    edge.plan = targets(target({ path: 'trunk' }), target({ path: 'trunk' }))
    await edge.phoneCalls()
    await edge.stack.sent(0).answers('v=0')
    expect(edge.stack.sent(1).isCancelled).toBe(true)
    expect(edge.trunkLegs).toEqual({ open: 2, released: 1 })
  })

  test('a target that rings too long is cancelled and the next one tried', async () => {
    const edge = new AnEdge()
    edge.plan = targets(target(), target({ group: 1, uri: 'sip:202@192.0.2.9' }))
    await edge.phoneCalls()
    edge.stack.sent().rings()
    edge.clock.advance(60_000)
    await settled()
    expect(edge.stack.sent(0).isCancelled).toBe(true)
    expect(edge.stack.sent(1).uri).toBe('sip:202@192.0.2.9')
  })

  test('a box that cannot be reached is passed over', async () => {
    const edge = new AnEdge()
    edge.linkFails = true
    edge.plan = targets(target({ path: 'overlay', label: 'gone.peer.x' }), target({ group: 1 }))
    await edge.phoneCalls()
    await settled()
    expect(edge.stack.sent().uri).toBe('sip:202@192.0.2.8:5062')
    expect(edge.stack.outgoing).toHaveLength(1)
  })
})

describe('a user who is not where the overlay said', () => {
  const old = target({ path: 'overlay', label: 'old.peer.overlay.example', uri: 'sip:eve@overlay.example' })
  const moved = { ...old, label: 'new.peer.overlay.example' }

  test.each([404, 480, 503])(
    'is looked up afresh after %i, before the caller hears of it',
    async (status) => {
      const edge = new AnEdge()
      edge.plan = targets(old)
      edge.planAfresh = targets(old, moved)
      const invite = await edge.phoneCalls()
      await edge.stack.sent(0).refuses(status)
      await settled()
      expect(edge.stack.outgoing).toHaveLength(2)
      await edge.stack.sent(1).answers('v=0')
      expect(invite.finalStatus).toBe(200)
      expect(edge.records.answered[0]?.attempts).toMatchObject([
        { target: old.label, status },
        { target: moved.label, status: 200 },
      ])
    },
  )

  test('is looked for once only, and the caller hears what the box said', async () => {
    const edge = new AnEdge()
    edge.plan = targets(old)
    edge.planAfresh = targets(old, moved)
    const invite = await edge.phoneCalls()
    await edge.stack.sent(0).refuses(480)
    await settled()
    await edge.stack.sent(1).refuses(480)
    await settled()
    expect(edge.questions).toHaveLength(2)
    expect(invite.finalStatus).toBe(480)
  })

  test.each([486, 603])('is left alone after his %i', async (status) => {
    const edge = new AnEdge()
    edge.plan = targets(old)
    edge.planAfresh = targets(moved)
    const invite = await edge.phoneCalls()
    await edge.stack.sent(0).refuses(status)
    expect(edge.questions).toHaveLength(1)
    expect(invite.finalStatus).toBe(status)
  })
})

describe('a caller that gives up', () => {
  test('cancels everything that rings, and is recorded with 487', async () => {
    const edge = new AnEdge()
    edge.plan = targets(target(), target(), target({ group: 1 }))
    const invite = await edge.phoneCalls()
    invite.cancel()
    await settled()
    expect(edge.stack.outgoing.map(({ isCancelled }) => isCancelled)).toEqual([true, true])
    expect(edge.records.ended).toMatchObject([{ status: 487, endedBy: 'caller' }])
    expect(edge.handler.count).toBe(0)
  })

  test('after the callee answered: the callee is hung up', async () => {
    const edge = new AnEdge()
    const media = Promise.withResolvers<void>()
    edge.mediaAnswers = media.promise
    const invite = await edge.phoneCalls()
    const callee = await edge.stack.sent().answers('v=0')
    invite.cancel()
    media.resolve()
    await settled()
    expect(callee.hungUpWith).toBeDefined()
    expect(edge.records.ended).toMatchObject([{ status: 487 }])
  })
})

describe('no call at all', () => {
  test('a refusal of the router goes out with its status and a decision record', async () => {
    const edge = new AnEdge()
    edge.plan = { kind: 'refuse', status: 404, reason: 'Not Found', why: 'nobody' }
    const invite = await edge.phoneCalls()
    expect(invite.finalStatus).toBe(404)
    expect(edge.decisions).toMatchObject([{ status: 404 }])
    expect(edge.records.ended).toMatchObject([{ status: 404, cause: 'nobody' }])
  })

  test('more calls than allowed get 503 with Retry-After', async () => {
    const edge = new AnEdge({ maxCalls: 1 })
    await edge.phoneCalls()
    const second = await edge.phoneCalls()
    expect(second.response).toMatchObject({ status: 503, headers: { 'Retry-After': '10' } })
  })

  test('while draining new calls get 503, and the drain ends with the last call', async () => {
    const edge = new AnEdge()
    const invite = await edge.phoneCalls()
    await edge.stack.sent().answers('v=0')
    const drained = edge.handler.drain(60_000)
    expect((await edge.phoneCalls()).finalStatus).toBe(503)
    invite.dialog?.farEndHangsUp()
    await drained
    expect(edge.handler.count).toBe(0)
  })

  test('stopping hangs up both sides', async () => {
    const edge = new AnEdge()
    const invite = await edge.phoneCalls()
    const callee = await edge.stack.sent().answers('v=0')
    await edge.handler.stop()
    expect([invite.dialog?.hungUpWith, callee.hungUpWith].every(Boolean)).toBe(true)
    expect(edge.records.ended).toMatchObject([{ endedBy: 'box' }])
  })

  test('stopping refuses a caller whose answer still waits for its media', async () => {
    const edge = new AnEdge()
    const media = Promise.withResolvers<void>()
    edge.mediaAnswers = media.promise
    const invite = await edge.phoneCalls()
    const callee = await edge.stack.sent().answers('v=0')
    const stopped = edge.handler.stop()
    media.resolve()
    await stopped
    expect(invite.finalStatus).toBe(503)
    expect(callee.hungUpWith).toBeDefined()
    expect(edge.records.ended).toMatchObject([{ status: 503, cause: 'the box is stopping' }])
  })

  test('a router that throws costs this call a 500 and nothing else', async () => {
    const edge = new AnEdge({
      router: {
        route: async () => {
          throw new Error('bug')
        },
      },
    })
    const invite = await edge.phoneCalls()
    expect(edge.stack.crashes).toHaveLength(1)
    expect(invite.finalStatus).toBe(500)
    expect(edge.handler.count).toBe(0)
  })
})

describe('loops', () => {
  test('Max-Forwards counts down, and 0 is refused', async () => {
    const edge = new AnEdge()
    await edge.phoneCalls({ headers: { 'Max-Forwards': '9' } })
    expect(edge.stack.sent().options.headers).toMatchObject({ 'Max-Forwards': '8' })
    expect((await edge.phoneCalls({ headers: { 'Max-Forwards': '0' } })).finalStatus).toBe(483)
  })

  test('a call that comes back for the same user is refused, for another one it goes on', async () => {
    const edge = new AnEdge()
    await edge.phoneCalls()
    const mark = String(edge.stack.sent().options.headers?.['Causeway-Path'])
    expect((await edge.phoneCalls({ headers: { 'Causeway-Path': mark } })).finalStatus).toBe(482)
    const onward = await edge.phoneCalls({
      uri: 'sip:203@site-a.example',
      headers: { 'Causeway-Path': mark },
    })
    expect(onward.finalStatus).toBeUndefined()
  })
})

test('in redirect mode a caller is told where to call, and the call is accounted for', async () => {
  const contacts = '<sip:202@192.0.2.8:5062>;q=1.0'
  const edge = new AnEdge({ redirectTo: ({ source }) => (source === 'phone' ? contacts : undefined) })
  const invite = await edge.phoneCalls()
  expect(invite.responses).toMatchObject([{ status: 302, headers: { Contact: contacts } }])
  expect(edge.stack.outgoing).toEqual([])
  expect(edge.records.ended).toMatchObject([{ status: 302, cause: `redirected to ${contacts}` }])
  expect(edge.handler.count).toBe(0)
})

test('in proxy mode a call among phones is handed to the proxy core', async () => {
  const edge = new AnEdge({ forwardTo: () => ['sip:202@192.0.2.8:5062'] })
  await edge.phoneCalls()
  expect(edge.stack.proxied).toMatchObject([{ options: { recordRoute: true } }])
  expect(edge.records.ended).toMatchObject([
    { status: 200, cause: 'forwarded', path: 'phone', answeredAt: expect.any(Number) },
  ])
  expect(edge.records.answered).toEqual([])
})
