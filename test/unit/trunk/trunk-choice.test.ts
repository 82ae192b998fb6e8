import { describe, expect, it } from 'vitest'
import type { PstnService } from '../../../src/domain/service-record.ts'
import type { LineState } from '../../../src/trunk/asterisk-line.ts'
import { by, carrier, target, trunksOf } from './a-trunk.ts'

const monday = Date.parse('2026-11-23T12:00:00Z')
const sunday = Date.parse('2026-11-22T12:00:00Z')

describe('the trunks for a number', () => {
  it('are those whose longest fitting prefix is not an excluded one', () => {
    const { trunks } = trunksOf([
      { ...carrier, name: 'world' },
      { ...carrier, name: 'home', prefixes: ['+49', '+43'], excludedPrefixes: ['+4915', '+49900'] },
      { ...carrier, name: 'mobile', prefixes: ['+4915', '+4916', '+4917'] },
      { ...carrier, name: 'one', prefixes: ['+49900123'], excludedPrefixes: ['+49900'] },
    ])
    const named = (number: string) =>
      trunks.candidates(number, monday).map(({ name, prefix }) => `${name} ${prefix}`)
    expect(named('+493012')).toEqual(['world +', 'home +49'])
    expect(named('+4915112')).toEqual(['world +', 'mobile +4915'])
    expect(named('+49900123')).toEqual(['world +', 'one +49900123'])
    expect(named('+3312')).toEqual(['world +'])
  })

  it('are open at their hours, and all of them to calls for help', () => {
    const { trunks } = trunksOf([{ ...carrier, hours: ['mon-fri 08:00-18:00'], prefixes: ['+43'] }])
    expect(trunks.candidates('+4315', monday)).toMatchObject([{ isOpen: true }])
    expect(trunks.candidates('+4315', sunday)).toMatchObject([{ isOpen: false }])
    expect(trunks.all()).toMatchObject([{ isOpen: true, prefix: '+' }])
  })

  it('cost what the longest prefix of their price list says', () => {
    const { trunks } = trunksOf([
      {
        ...carrier,
        costPerMinute: 100,
        setupCost: 5,
        billingStepSeconds: 60,
        rates: [
          { prefix: '+49', costPerMinute: 10 },
          { prefix: '+4915', costPerMinute: 90, setupCost: 0, billingStepSeconds: 1 },
        ],
      },
    ])
    const rate = (number: string) => trunks.candidates(number, monday)[0]?.rate
    expect(rate('+4915199')).toEqual({ perMinute: 90, setup: 0, stepSeconds: 1 })
    expect(rate('+493012')).toEqual({ perMinute: 10, setup: 5, stepSeconds: 60 })
    expect(rate('+3312')).toEqual({ perMinute: 100, setup: 5, stepSeconds: 60 })
  })

  it('cost what the price list says of the world, where it does', () => {
    const { trunks } = trunksOf([
      { ...carrier, offerToOverlay: true, rates: [{ prefix: '+', costPerMinute: 50 }] },
    ])
    expect(trunks.all()).toMatchObject([{ rate: { perMinute: 50 } }])
    expect(trunks.pstnService()?.costPerMinute).toBe(50)
  })

  it.each<[LineState, { healthy: boolean; free: number }]>([
    [
      { kind: 'down', text: 'PJSIP/provider is unavailable' },
      { healthy: false, free: 4 },
    ],
    [
      { kind: 'unknown', text: 'Asterisk does not tell' },
      { healthy: true, free: 4 },
    ],
    [
      { kind: 'up', channelsUsed: 3, text: '' },
      { healthy: true, free: 1 },
    ],
    [
      { kind: 'up', channelsUsed: undefined, text: '' },
      { healthy: true, free: 0 },
    ],
  ])('behind a line that is %j are %j', (line, expected) => {
    const lineOf = () => ({ state: () => line, onChange: () => undefined })
    const { trunks } = trunksOf([{ ...carrier, maxCalls: 4 }], { lineOf })
    expect(trunks.all()).toMatchObject([expected])
  })
})

describe('the offer to other boxes', () => {
  const offered = { ...carrier, offerToOverlay: true, maxCalls: 2, prefixes: ['+49'], costPerMinute: 7 }
  const onlyForHelp: PstnService = {
    kind: 'pstn',
    prefixes: [],
    channelsFree: 0,
    costPerMinute: 0,
    takesEmergencies: true,
  }

  it('holds the trunks that are offered and well, and any trunk for help', () => {
    expect(trunksOf([]).trunks.pstnService()).toBeUndefined()
    expect(trunksOf([carrier]).trunks.pstnService()).toEqual(onlyForHelp)
    const { trunks } = trunksOf([offered, { ...carrier, name: 'own' }])
    const service = { ...onlyForHelp, prefixes: ['+49'], channelsFree: 2, costPerMinute: 7 }
    expect(trunks.pstnService()).toEqual(service)
    for (const status of [503, 503, 503]) trunks.saw('carrier', status)
    expect(trunks.pstnService()).toEqual(onlyForHelp)
  })

  it('holds the cheapest price of each prefix', () => {
    const rates = (perMinute: number) => ({ rates: [{ prefix: '+4915', costPerMinute: perMinute }] })
    const { trunks } = trunksOf([
      { ...offered, ...rates(90) },
      { ...offered, ...rates(80), name: 'cheap' },
      { ...carrier, ...rates(1), name: 'own' },
    ])
    expect(trunks.pstnService()?.rates).toEqual([
      { prefix: '+4915', perMinute: 80, setup: 0, stepSeconds: 1 },
    ])
  })

  it('is told at once when it begins, is full or ends; the mere number of channels within ten seconds', async () => {
    const { trunks, clock } = trunksOf([offered])
    const told: (number | undefined)[] = []
    trunks.onServiceChange((service) => told.push(service?.channelsFree))
    await trunks.start()
    const first = trunks.prepare(target('carrier'), by('ann'), undefined)
    expect(told).toEqual([2])
    clock.advance(10_000)
    const second = trunks.prepare(target('carrier'), by('ann'), undefined)
    expect(told).toEqual([2, 1, 0])
    second.release()
    first.release()
    expect(told).toEqual([2, 1, 0, 1])
    for (const status of [503, 503, 503]) trunks.saw('carrier', status)
    expect(told).toEqual([2, 1, 0, 1, 0])
    await trunks.stop()
  })
})
