import { describe, expect, it } from 'vitest'
import { response, settle } from '../../support/fake-network.ts'
import { carrier, pass, trunksOf } from './a-trunk.ts'

describe('the health of a trunk', () => {
  it('is asked by OPTIONS; whatever the answer, it lives', async () => {
    const { trunks, clock, network } = trunksOf([{ ...carrier, optionsIntervalSeconds: 10 }])
    network.answer = () => response(404)
    await trunks.start()
    await settle()
    await pass(clock, 10)
    expect(network.methods()).toEqual(['OPTIONS', 'OPTIONS'])
    expect(trunks.view()).toMatchObject([{ state: { state: 'good', text: 'answers' } }])
  })

  it('is not asked of one that is known not to answer', async () => {
    const { trunks, clock, network } = trunksOf([{ ...carrier, optionsIntervalSeconds: 0 }])
    await trunks.start()
    await pass(clock, 100)
    expect(network.sent).toEqual([])
    expect(trunks.view()).toMatchObject([{ state: { state: 'good' } }])
  })

  it.each([
    ['silence', 'silence' as const],
    ['no route to it', response(503, {}, true)],
    ['503', response(503)],
  ])(
    'is lost after two OPTIONS in a row that met %s, and comes back with an answer; people are told of both once',
    async (_what, answer) => {
      const { trunks, clock, network, notices } = trunksOf([{ ...carrier, optionsIntervalSeconds: 10 }])
      network.answer = () => answer
      await trunks.start()
      await settle()
      expect(trunks.all()).toMatchObject([{ healthy: true }])
      await pass(clock, 30)
      expect(trunks.all()).toMatchObject([{ healthy: false }])
      expect(trunks.view()).toMatchObject([
        { state: { state: 'failed', text: expect.stringMatching(/^silent/) } },
      ])
      expect(notices).toMatchObject([{ event: 'trunk', facts: { trunk: 'carrier', state: 'gone' } }])
      network.answer = () => response(200)
      await pass(clock, 14)
      expect(trunks.all()).toMatchObject([{ healthy: true }])
      expect(notices.slice(1)).toMatchObject([{ event: 'trunk', facts: { trunk: 'carrier', state: 'back' } }])
    },
  )

  it('suffers from calls that fail in a row, and rests for a while although it answers OPTIONS', async () => {
    const { trunks, clock } = trunksOf([carrier])
    await trunks.start()
    await settle()
    for (const status of [503, 486, 503, 500]) trunks.saw('carrier', status)
    expect(trunks.all()).toMatchObject([{ healthy: true }])
    trunks.saw('carrier', 408)
    expect(trunks.all()).toMatchObject([{ healthy: false }])
    expect(trunks.view()[0]?.state.text).toContain('rests for 30 s')
    await pass(clock, 29)
    expect(trunks.all()).toMatchObject([{ healthy: false }])
    await pass(clock, 1)
    expect(trunks.all()).toMatchObject([{ healthy: true }])
  })

  it('is offered to other boxes again when its rest is over, though nobody asks it or calls', async () => {
    const offered = { ...carrier, offerToOverlay: true, maxCalls: 4, optionsIntervalSeconds: 0 }
    const { trunks, clock } = trunksOf([offered])
    const told: (number | undefined)[] = []
    trunks.onServiceChange((service) => told.push(service?.channelsFree))
    await trunks.start()
    const fail = () => {
      for (const status of [503, 503, 503]) trunks.saw('carrier', status)
    }
    fail()
    await pass(clock, 29)
    expect(told).toEqual([4, 0])
    await pass(clock, 1)
    expect(told).toEqual([4, 0, 4])
    fail()
    await trunks.stop()
    await pass(clock, 600)
    expect(told).toEqual([4, 0, 4, 0])
  })

  it('suffers from calls on which nothing was heard', () => {
    const { trunks } = trunksOf([carrier])
    for (let calls = 0; calls < 3; calls++) trunks.saw('carrier', 408, 102)
    expect(trunks.all()).toMatchObject([{ healthy: false }])
  })

  it('is asked at once after a call that failed, not after each of many', async () => {
    const { trunks, clock, network } = trunksOf([{ ...carrier, optionsIntervalSeconds: 3_600 }])
    await trunks.start()
    await pass(clock, 10)
    network.answer = () => response(503, {}, true)
    for (let calls = 0; calls < 2; calls++) trunks.saw('carrier', 503)
    await settle()
    expect(network.sent).toHaveLength(2)
    await pass(clock, 2)
    expect(trunks.view()).toMatchObject([{ state: { text: expect.stringMatching(/^silent/) } }])
  })

  it('on probation after a rest suffers from a single failure, for longer; people hear of it once', async () => {
    const { trunks, clock, notices } = trunksOf([carrier])
    await trunks.start()
    for (const status of [503, 503, 503]) trunks.saw('carrier', status)
    await pass(clock, 30)
    expect(trunks.view()).toMatchObject([
      { state: { state: 'degraded', text: expect.stringMatching(/probation/) } },
    ])
    trunks.saw('carrier', 503)
    await pass(clock, 59)
    expect(trunks.all()).toMatchObject([{ healthy: false }])
    await pass(clock, 1)
    expect(notices).toHaveLength(1)
    trunks.saw('carrier', 200)
    expect(notices).toHaveLength(2)
    for (const status of [503, 503]) trunks.saw('carrier', status)
    expect(trunks.all()).toMatchObject([{ healthy: true }])
  })

  it('does not suffer from what is the doing of the person called', () => {
    const { trunks } = trunksOf([carrier])
    for (const cause of [1, 17, 21]) trunks.saw('carrier', 503, cause)
    expect(trunks.all()).toMatchObject([{ healthy: true }])
  })

  it('is not proven by a refusal of credentials', () => {
    const { trunks } = trunksOf([carrier])
    for (const status of [503, 403, 503, 407, 503]) trunks.saw('carrier', status)
    expect(trunks.all()).toMatchObject([{ healthy: false }])
  })
})
