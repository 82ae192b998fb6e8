import { describe, expect, test } from 'vitest'
import { settled } from '../../support/fake-sip-stack.ts'
import { AnEdge, target, targets } from './an-edge.ts'

async function callToPbx() {
  const edge = new AnEdge()
  edge.plan = targets(target({ path: 'pbx', label: 'main' }))
  await edge.phoneCalls()
  return { leg: edge.stack.sent(0), edge, seen: () => edge.witnessed.map(([, outcome]) => outcome) }
}

describe('a call that the PBX was to carry bears witness of it', () => {
  test.each([
    ['its own 503', 503, {}, 'unavailable'],
    ['congestion of the switch itself', 503, { headers: { reason: 'Q.850;cause=42' } }, 'unavailable'],
    ['a network behind it without a line', 503, { headers: { reason: 'Q.850;cause=34' } }, 'answered'],
    ['a phone behind it that does not answer', 408, {}, 'answered'],
    ['a wrong number', 404, {}, 'answered'],
    ['somebody who is busy', 486, {}, 'answered'],
    ['a wish for credentials', 407, {}, 'challenged'],
    ['a refusal by the network', 503, { isLocal: true }, 'unreachable'],
    ['silence', 408, { isLocal: true }, 'timeout'],
  ])('by %s', async (_what, status, options, outcome) => {
    const { leg, seen } = await callToPbx()
    await leg.refuses(status, options)
    expect(seen()).toEqual([outcome])
  })

  test.each([
    ['nobody answers', 408, { isLocal: true }, ['answered']],
    ['somebody behind it has no room', 503, {}, ['answered', 'answered']],
    ['the way there breaks', 503, { isLocal: true }, ['answered', 'unreachable']],
  ])('when it rang, and %s', async (_what, status, options, outcomes) => {
    const { leg, seen } = await callToPbx()
    leg.rings()
    await settled()
    await leg.refuses(status, options)
    expect(seen()).toEqual(outcomes)
  })

  test('and says how long it wants to be left alone', async () => {
    const { leg, edge } = await callToPbx()
    await leg.refuses(503, { headers: { 'retry-after': '30;duration=60' } })
    expect(edge.witnessed).toEqual([['main', 'unavailable', 30_000]])
  })

  test('and no call to anybody else does', async () => {
    const edge = new AnEdge()
    edge.plan = targets(target({ label: 'sip:202@site-a.example' }))
    await edge.phoneCalls()
    await edge.stack.sent(0).refuses(503)
    expect(edge.witnessed).toEqual([])
  })
})
