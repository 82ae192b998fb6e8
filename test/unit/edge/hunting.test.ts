import { describe, expect, test } from 'vitest'
import { settled } from '../../support/fake-sip-stack.ts'
import { AnEdge, target, targets } from './an-edge.ts'

const [anna, bob, cleo] = ['sip:anna@192.0.2.1', 'sip:bob@192.0.2.2', 'sip:cleo@192.0.2.3']

describe('a group that rings in turn', () => {
  const inTurn = () => {
    const edge = new AnEdge()
    edge.plan = targets(
      ...[anna, bob, cleo].map((uri, group) => target({ uri, group, memberOf: 'in-turn', ringSeconds: 12 })),
    )
    return edge
  }

  test('gives each member the time of the group, and goes on past who declines', async () => {
    const edge = inTurn()
    const invite = await edge.phoneCalls()
    edge.stack.sent(0).rings()
    edge.clock.advance(11_999)
    await settled()
    expect(edge.stack.sent(0).isCancelled).toBe(false)
    edge.clock.advance(1)
    await settled()
    expect([edge.stack.sent(0).isCancelled, edge.stack.sent(1).uri]).toEqual([true, bob])
    await edge.stack.sent(1).refuses(603)
    expect(edge.stack.sent(2).uri).toBe(cleo)
    await edge.stack.sent(2).answers('v=0 cleo')
    expect(invite.dialog?.localSdp).toBe('v=0 cleo')
    expect(edge.records.ended).toEqual([])
  })

  test('tells the caller the most telling answer when nobody takes the call', async () => {
    const edge = inTurn()
    const invite = await edge.phoneCalls()
    for (const [index, status] of [480, 486, 503].entries()) await edge.stack.sent(index).refuses(status)
    expect(invite.finalStatus).toBe(486)
  })
})

describe('a group that rings together', () => {
  const together = () => {
    const edge = new AnEdge()
    edge.plan = targets(...[anna, bob].map((uri) => target({ uri, memberOf: 'all' })))
    return edge
  }

  test.each([486, 480, 403])('rings on when one of them says %i', async (status) => {
    const edge = together()
    const invite = await edge.phoneCalls()
    await edge.stack.sent(0).refuses(status)
    expect([edge.stack.sent(1).isCancelled, invite.finalStatus]).toEqual([false, undefined])
    await edge.stack.sent(1).answers('v=0 bob')
    expect(invite.dialog?.localSdp).toBe('v=0 bob')
  })

  test('is silent when one of them declines for all', async () => {
    const edge = together()
    const invite = await edge.phoneCalls()
    await edge.stack.sent(0).refuses(603)
    expect(edge.stack.sent(1).isCancelled).toBe(true)
    await edge.stack.sent(1).refuses(487)
    expect(invite.finalStatus).toBe(603)
  })
})

describe('a number outside', () => {
  const lines = () => {
    const edge = new AnEdge()
    const line = { path: 'trunk', outsideNumber: '+4930123' } as const
    edge.plan = targets(target({ ...line, label: 'one' }), target({ ...line, label: 'two', group: 1 }))
    return edge
  }
  const because = (cause: number) => ({ headers: { reason: `Q.850;cause=${cause}` } })

  test('that was declined rings once only, whatever status the carrier makes of it', async () => {
    const edge = lines()
    const invite = await edge.phoneCalls()
    await edge.stack.sent(0).refuses(403, because(21))
    expect([edge.stack.outgoing.length, invite.finalStatus]).toEqual([1, 603])
  })

  test('goes by the next line when the first has no channel, even if the carrier calls that busy', async () => {
    const edge = lines()
    await edge.phoneCalls()
    await edge.stack.sent(0).refuses(486, because(34))
    expect(edge.stack.outgoing).toHaveLength(2)
  })

  test('that rang in vain is not rung by another line, and another box hears why', async () => {
    const edge = lines()
    const invite = await edge.phoneCalls()
    edge.stack.sent(0).rings()
    edge.clock.advance(60_000)
    await settled()
    expect([edge.stack.outgoing.length, invite.finalStatus]).toEqual([1, 480])
    expect(invite.response.headers).toMatchObject({ Reason: expect.stringContaining('cause=19') })
  })

  test.each([
    [20, 408],
    [5, 480],
  ])('on a line silent for %i s ends with %i, and goes by the next', async (ringSeconds, status) => {
    const edge = new AnEdge()
    const line = { path: 'trunk', outsideNumber: '+4930123', ringSeconds } as const
    edge.plan = targets(target({ ...line, label: 'dead' }), target({ ...line, label: 'well', group: 1 }))
    await edge.phoneCalls()
    edge.clock.advance(ringSeconds * 1_000)
    await settled()
    edge.stack.sent(1).rings()
    edge.clock.advance(ringSeconds * 1_000)
    await settled()
    const attempts = edge.records.ended[0]?.attempts
    expect(attempts?.map((attempt) => [attempt.target, attempt.status])).toEqual([
      ['dead', status],
      ['well', 480],
    ])
  })

  test('is held against a box that cannot be reached', async () => {
    const edge = new AnEdge()
    edge.linkFails = true
    const outside = { outsideNumber: '+4930123' }
    edge.plan = targets(
      target({ ...outside, path: 'overlay', label: 'gone.peer.x' }),
      target({ ...outside, path: 'trunk', label: 'one', group: 1 }),
    )
    await edge.phoneCalls()
    await settled()
    await edge.stack.sent().refuses(404)
    const [ended] = edge.records.ended
    expect(ended?.attempts.map(({ target: name, status, byBox }) => [name, status, byBox])).toEqual([
      ['gone.peer.x', 503, undefined],
      ['one', 404, undefined],
    ])
  })
})
