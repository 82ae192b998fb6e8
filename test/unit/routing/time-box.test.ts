import { describe, expect, it } from 'vitest'
import { aor } from '../../../src/domain/aor.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { hypotheticalCall } from '../../../src/routing/hypothetical-call.ts'
import { Router } from '../../../src/routing/router.ts'
import type { Site } from '../../../src/routing/site.ts'
import { binding, fakeSite, question } from './fake-site.ts'

const users = [{ aor: 'ann@site-a.example' }, { aor: 'bob@site-a.example' }]
const asked = question({ caller: aor('bob', 'site-a.example'), requestUri: 'sip:ann@site-a.example' })

function silentOverlay() {
  const signals: AbortSignal[] = []
  const findAor = (_aor: string, signal: AbortSignal) => {
    signals.push(signal)
    return new Promise<never>(() => undefined)
  }
  return { signals, findAor }
}

describe('a silent overlay', () => {
  it('costs a caller with no other way 2,000 ms, is told to stop, and leaves a step', async () => {
    const { signals, findAor } = silentOverlay()
    const clock = new FakeClock()
    const routed = new Router(fakeSite({ users, findAor }), clock).route(asked)
    clock.advance(1_999)
    expect(signals[0]?.aborted).toBe(false)
    clock.advance(1)
    const { plan, steps } = await routed
    expect(signals[0]?.aborted).toBe(true)
    expect(plan).toMatchObject({ kind: 'refuse', status: 480 })
    expect(steps).toContainEqual(
      expect.objectContaining({ step: 'overlay', tookMs: 2_000, answer: 'no answer in time' }),
    )
  })

  it('holds a call to a phone of this box up for no more than 100 ms', async () => {
    const clock = new FakeClock()
    const bindings = [binding('ann@site-a.example', 'sip:ann@192.0.2.99')]
    const { findAor } = silentOverlay()
    const routed = new Router(fakeSite({ users, bindings, findAor }), clock).route(asked)
    clock.advance(100)
    expect((await routed).plan).toMatchObject({ kind: 'targets', targets: [{ path: 'phone' }] })
  })

  it('is not taken for an overlay that knows nobody', async () => {
    const clock = new FakeClock()
    const routed = new Router(fakeSite({ users, findAor: silentOverlay().findAor }), clock).route({
      ...asked,
      requestUri: 'sip:eve@site-b.town.example',
    })
    clock.advance(2_000)
    expect((await routed).plan).toMatchObject({ kind: 'refuse', status: 503 })
  })

  it('leaves it open whether a name of the own domain exists', async () => {
    const clock = new FakeClock()
    const routed = new Router(fakeSite({ users, findAor: silentOverlay().findAor }), clock).route({
      ...asked,
      requestUri: 'sip:nobody@site-a.example',
    })
    clock.advance(2_000)
    expect((await routed).plan).toMatchObject({ kind: 'refuse', status: 480 })
  })

  it('is not asked at all when the caller may not go there', async () => {
    const { signals, findAor } = silentOverlay()
    const router = new Router(fakeSite({ findAor }), new FakeClock())
    await router.route(question({ source: 'domain', requestUri: 'sip:eve@far.example' }))
    expect(signals).toHaveLength(0)
  })
})

describe('a route planned afresh', () => {
  it('takes nothing that was remembered from before the call, and says so', async () => {
    const moments: (number | undefined)[] = []
    const findAor: Site['overlays']['findAor'] = async (_name, _signal, newerThan) => {
      moments.push(newerThan)
      return []
    }
    const router = new Router(fakeSite({ users, findAor }), new FakeClock(5))
    const at5 = { ...asked, at: 5 }
    await router.route(at5)
    const { steps } = await router.route(at5, true)
    expect(moments).toEqual([undefined, 5])
    expect(steps).toContainEqual(
      expect.objectContaining({ step: 'overlay', why: 'bound 2000 ms, asked afresh' }),
    )
  })
})

describe('a failing overlay', () => {
  it('leaves its error in the decision record and the call goes on', async () => {
    const findAor = async () => Promise.reject(new Error('no peers'))
    const bindings = [binding('ann@site-a.example', 'sip:ann@192.0.2.99')]
    const router = new Router(fakeSite({ users, bindings, findAor }), new FakeClock())
    const { plan, steps } = await router.route(asked)
    expect(plan.kind).toBe('targets')
    expect(steps).toContainEqual(expect.objectContaining({ answer: 'failed: no peers' }))
  })
})

describe('a hypothetical call', () => {
  const site = fakeSite({ users: [{ aor: 'ann@site-a.example', aliases: ['201'] }] })
  it.each([
    ['201', '030 123', 'phone', 'sip:ann@site-a.example', 'sip:030123@site-a.example'],
    ['ann@site-a.example', 'bob@far.example', 'phone', 'sip:ann@site-a.example', 'sip:bob@far.example'],
    ['bob@far.example', 'sip:ann@site-a.example', 'domain', 'sip:bob@far.example', 'sip:ann@site-a.example'],
    ['trunk:carrier', '+4930201', 'trunk', 'carrier', 'sip:+4930201@site-a.example'],
    ['peer:bbb.peer.town.example', '201', 'overlay', 'bbb.peer.town.example', 'sip:201@site-a.example'],
  ])('from %s to %s comes from %s %s', (from, to, source, sourceLabel, requestUri) => {
    expect(hypotheticalCall({ from, to, at: 0 }, site)).toMatchObject({ source, sourceLabel, requestUri })
  })
})
