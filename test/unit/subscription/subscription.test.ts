import { describe, expect, test } from 'vitest'
import { silentFeed } from '../../../src/subscription/feed.ts'
import { fakeResponse } from '../../support/fake-response.ts'
import { settled } from '../../support/fake-sip-stack.ts'
import { ASubscription } from './a-subscription.ts'

const notify = (state: string, body = '') => ({
  headers: { Event: 'dialog;id=7', 'Subscription-State': state, 'Content-Type': 'text/plain' },
  body,
})

describe('while the PBX is the notifier', () => {
  test('its NOTIFYs reach the phone as they are, and the answer goes back', async () => {
    const one = new ASubscription()
    const passed = await one.pbx.receive('NOTIFY', notify('active;expires=99', 'busy'))
    expect(one.told).toEqual(['active;expires=99: busy'])
    expect(one.phone.last.headers.Event).toEqual(['dialog;id=7'])
    expect(passed.response.status).toBe(200)
  })

  test('refreshes go to the PBX with the digest of the phone, and its challenge comes back', async () => {
    const one = new ASubscription()
    one.pbx.answer = fakeResponse(401, { headers: { 'WWW-Authenticate': 'Digest realm="pbx"' } })
    const headers = { Expires: '600', Authorization: 'Digest username="201"' }
    const refresh = await one.phone.receive('SUBSCRIBE', { headers })
    expect(one.pbx.last.headers).toMatchObject({ Expires: ['600'], Authorization: ['Digest username="201"'] })
    expect(refresh.response.status).toBe(401)
    expect(refresh.answered('WWW-Authenticate')).toEqual(['Digest realm="pbx"'])
  })

  test('the PBX ends it, and both sides forget it', async () => {
    const one = new ASubscription()
    await one.pbx.receive('NOTIFY', notify('terminated;reason=noresource'))
    expect(one.told).toEqual(['terminated;reason=noresource: '])
    expect([one.isForgotten, one.phone.isClosed, one.pbx.isClosed]).toEqual([true, true, true])
  })

  test('a PBX that has forgotten it says so to the phone', async () => {
    const one = new ASubscription()
    one.pbx.answer = fakeResponse(481)
    expect((await one.phone.receive('SUBSCRIBE')).response.status).toBe(481)
    expect(one.isForgotten).toBe(true)
  })

  test('a PBX that does not answer a refresh leaves it to the box', async () => {
    const one = new ASubscription()
    one.pbx.answer = fakeResponse(408, { isLocal: true })
    expect((await one.phone.receive('SUBSCRIBE', { headers: { Expires: '600' } })).response.status).toBe(200)
    expect(one.told).toEqual(['active;expires=600: nothing'])
  })

  test('a phone that has forgotten it makes the PBX forget it', async () => {
    const one = new ASubscription()
    one.phone.answer = fakeResponse(481)
    expect((await one.pbx.receive('NOTIFY', notify('active'))).response.status).toBe(481)
    expect(one.isForgotten).toBe(true)
  })

  test('it is forgotten when nobody has refreshed it and the PBX has said nothing', async () => {
    const one = new ASubscription({ seconds: 60 })
    await one.pass(91_000)
    expect(one.isForgotten).toBe(false)
    await one.pass(2_000)
    expect([one.isForgotten, one.told]).toEqual([true, []])
  })

  test('what the box knows is not its business', async () => {
    const one = new ASubscription()
    one.subscription.news()
    await settled()
    expect(one.told).toEqual([])
  })
})

describe('when the PBX is gone', () => {
  test('the box goes on in the same dialog, and the PBX has no say any more', async () => {
    const one = new ASubscription({ seconds: 100 })
    one.subscription.pbxIsGone()
    one.knows = 'ringing'
    one.subscription.news()
    await settled()
    expect(one.told).toEqual(['active;expires=100: ringing'])
    expect(one.phone.last.headers.Event).toBe('dialog;id=7')
    expect(one.pbx.isClosed).toBe(true)
    expect((await one.pbx.receive('NOTIFY', notify('active', 'late'))).response.status).toBe(481)
  })

  test('a refresh that waited for the PBX is answered by the box', async () => {
    const one = new ASubscription()
    one.pbx.answer = new Promise(() => undefined)
    const refresh = await one.phone.receive('SUBSCRIBE', { headers: { Expires: '600' } })
    expect(refresh.responses).toEqual([])
    one.subscription.pbxIsGone()
    await settled()
    expect(refresh.response).toMatchObject({ status: 200, headers: { Expires: '600' } })
    expect(one.told).toEqual(['active;expires=600: nothing'])
  })

  test('a package of which the box knows nothing is kept without a word', async () => {
    const one = new ASubscription({ feed: silentFeed })
    one.subscription.pbxIsGone()
    one.subscription.news()
    await settled()
    expect(one.told).toEqual([])
    expect((await one.phone.receive('SUBSCRIBE', { body: '<SetDoNotDisturb/>' })).response.status).toBe(480)
    await one.phone.receive('SUBSCRIBE', { headers: { Expires: '600' } })
    expect(one.told).toEqual(['active;expires=600: '])
  })
})

describe('while the box is the notifier', () => {
  test('the phone is told at once, and the last state at most every 200 ms', async () => {
    const one = new ASubscription({ isFed: true })
    await settled()
    for (const state of ['trying', 'early', 'confirmed']) {
      one.knows = state
      one.subscription.news()
    }
    await settled()
    expect(one.told).toEqual(['active;expires=3600: nothing'])
    await one.pass(199)
    expect(one.told).toHaveLength(1)
    await one.pass(1)
    expect(one.told.slice(1)).toEqual(['active;expires=3600: confirmed'])
  })

  test('one NOTIFY waits for the answer to the other', async () => {
    const one = new ASubscription({ isFed: true })
    await one.pass(200)
    const answer = Promise.withResolvers<ReturnType<typeof fakeResponse>>()
    one.phone.answer = answer.promise
    one.subscription.news()
    await one.pass(5_000)
    one.subscription.news()
    await one.pass(5_000)
    expect(one.told).toHaveLength(2)
    answer.resolve(fakeResponse(200))
    await settled()
    expect(one.told).toHaveLength(3)
  })

  test('a phone that does not answer has lost it', async () => {
    const one = new ASubscription({ isFed: true })
    one.phone.answer = fakeResponse(408, { isLocal: true })
    await one.pass(1_000)
    one.subscription.news()
    await settled()
    expect([one.isForgotten, one.clock.pendingTimers]).toEqual([true, 0])
  })

  test('a phone that has no time is told later', async () => {
    const one = new ASubscription({ isFed: true })
    one.phone.answer = fakeResponse(503, { headers: { 'Retry-After': '3' } })
    await one.pass(200)
    one.subscription.news()
    await settled()
    one.phone.answer = fakeResponse(200)
    one.knows = 'all is well'
    const before = one.told.length
    await one.pass(2_999)
    expect(one.told).toHaveLength(before)
    await one.pass(1)
    expect(one.told.at(-1)).toContain('all is well')
  })

  test('it runs out, is ended by the phone, or goes back to the PBX: each with its last word', async () => {
    const ends = async (end: (one: ASubscription) => unknown) => {
      const one = new ASubscription({ isFed: true, seconds: 60 })
      await one.pass(1_000)
      await end(one)
      await settled()
      expect([one.isForgotten, one.phone.isClosed, one.clock.pendingTimers]).toEqual([true, true, 0])
      return one.told.at(-1)
    }
    expect(await ends((one) => one.pass(59_000))).toBe('terminated;reason=timeout: nothing')
    const unsubscribe = { headers: { Expires: '0' } }
    expect(await ends((one) => one.phone.receive('SUBSCRIBE', unsubscribe))).toMatch(
      /^terminated;reason=timeout/,
    )
    expect(await ends((one) => one.subscription.callHome())).toMatch(/^terminated;reason=deactivated/)
  })

  test('a refresh of a few seconds is too brief', async () => {
    const one = new ASubscription({ isFed: true })
    const refresh = await one.phone.receive('SUBSCRIBE', { headers: { Expires: '5' } })
    expect([refresh.response.status, refresh.answered('Min-Expires')]).toEqual([423, ['30']])
  })

  test('on grace only each refresh has to be let in', async () => {
    const one = new ASubscription({ isFed: true, isProven: false })
    const refresh = { headers: { Expires: '600' } }
    expect((await one.phone.receive('SUBSCRIBE', refresh)).response.status).toBe(403)
    one.admission = { kind: 'phone', user: { user: '201', domain: 'pbx.example' }, proof: 'grace' }
    expect((await one.phone.receive('SUBSCRIBE', refresh)).response.status).toBe(200)
  })
})
