import { describe, expect, it } from 'vitest'
import { TrunkFull, TrunkTooFast, TrunkUnknown } from '../../../src/trunk/trunk-errors.ts'
import { account, by, carrier, target, trunksOf } from './a-trunk.ts'

describe('a leg on a trunk', () => {
  it('goes to the trunk as the user, with his own number and the account of the trunk', () => {
    const { trunks } = trunksOf([{ ...carrier, ...account }])
    expect(trunks.prepare(target('carrier'), by('ann'), 'Ann "A"')).toMatchObject({
      uri: 'sip:+493055@carrier.example;user=phone',
      to: '<sip:+493055@carrier.example;user=phone>',
      from: '"Ann \\"A\\"" <sip:+49302345601@carrier.example>',
      account: { username: 'auth', password: 'secret' },
      headers: { 'P-Asserted-Identity': '"Ann \\"A\\"" <sip:+49302345601@carrier.example>' },
    })
  })

  it.each([
    [
      { server: '192.0.2.20:5070', transport: 'tcp' },
      'sip:+493055@192.0.2.20:5070;transport=tcp;user=phone',
      undefined,
    ],
    [{ server: '[2001:db8::20]:5070' }, 'sip:+493055@[2001:db8::20]:5070;user=phone', undefined],
    [
      { domain: 'ims.example', server: 'edge.example:5070' },
      'sip:+493055@ims.example;user=phone',
      'sip:edge.example:5070',
    ],
    [
      { server: 'ims.example', outboundProxy: '192.0.2.30:5080', transport: 'tcp' },
      'sip:+493055@ims.example;transport=tcp;user=phone',
      'sip:192.0.2.30:5080;transport=tcp',
    ],
    [
      { server: 'carrier.example', numberFormat: 'international' },
      'sip:00493055@carrier.example;user=phone',
      undefined,
    ],
  ])('at %j is sent to %s', (entry, uri, proxy) => {
    const leg = trunksOf([{ name: 'carrier', ...entry }]).trunks.prepare(
      target('carrier'),
      by('ann'),
      undefined,
    )
    expect(leg.uri).toBe(uri)
    expect(leg.proxy).toBe(proxy)
  })

  it('writes each number as the plan of the trunk says for that place', () => {
    const numbers = { requestUri: 'national', from: 'e164', identity: '+e164' }
    const leg = trunksOf([{ ...carrier, numbers }]).trunks.prepare(
      target('carrier', 'tel:+49301234'),
      by('ann'),
      undefined,
    )
    expect(leg).toMatchObject({
      uri: 'sip:0301234@carrier.example;user=phone',
      to: '<sip:0301234@carrier.example;user=phone>',
      from: '<sip:49302345601@carrier.example>',
      headers: { 'P-Asserted-Identity': '<sip:+49302345601@carrier.example>' },
    })
  })

  it('has a Contact of its own only where one is configured', () => {
    const legOf = (entry: object) =>
      trunksOf([{ ...carrier, ...entry }]).trunks.prepare(target('carrier'), by('ann'), undefined)
    expect(legOf(account).contact).toBeUndefined()
    expect(legOf({ contactUser: 'line-1' }).contact).toBe('<sip:line-1@192.0.2.1:5060;transport=udp>')
  })

  it('wants of media and signalling what the config says', () => {
    const media = {
      codecs: ['PCMA'],
      srtp: 'required',
      earlyMedia: 'hold-back',
      sessionTimer: { enabled: false },
    }
    const { trunks } = trunksOf([carrier, { ...carrier, name: 'other', media }])
    expect(trunks.policyOf('carrier')).toEqual({
      codecs: [],
      dtmf: 'events',
      srtp: 'as-offered',
      earlyMedia: 'pass',
      reliableProvisionals: 'supported',
      sessionTimer: { expiresSeconds: 1_800, minSeconds: 90, refresher: 'any' },
    })
    expect(trunks.prepare(target('other'), by('ann'), undefined).policy).toMatchObject({
      codecs: ['PCMA'],
      srtp: 'required',
      earlyMedia: 'hold-back',
      sessionTimer: undefined,
    })
    expect(trunks.policyOf('gone')).toBeUndefined()
  })
})

describe('the channels of a trunk', () => {
  it('are claimed by calls out and in together, and given back once', () => {
    const { trunks } = trunksOf([{ ...carrier, maxCalls: 2 }])
    const out = trunks.prepare(target('carrier'), by('ann'), undefined)
    const giveBack = trunks.takeIncoming('carrier')
    expect(trunks.all()).toMatchObject([{ free: 0 }])
    expect(() => trunks.prepare(target('carrier'), by('ann'), undefined)).toThrow(TrunkFull)
    expect(trunks.takeIncoming('carrier')).toBeUndefined()
    out.release()
    out.release()
    expect(trunks.all()).toMatchObject([{ free: 1 }])
    giveBack?.()
    expect(trunks.view()).toMatchObject([{ calls: 0, maxCalls: 2 }])
  })

  it('never keep a call for help out, whose number is dialled as it is, nor an urgent call in', () => {
    const { trunks } = trunksOf([{ ...carrier, maxCalls: 1, maxCallsPerSecond: 1 }])
    trunks.prepare(target('carrier'), by('ann'), undefined)
    const leg = trunks.prepare(target('carrier', 'tel:112;phone-context=+49'), by('ann'), undefined)
    expect(leg.uri).toBe('sip:112@carrier.example;user=phone')
    expect(trunks.takeIncoming('carrier', true)).toBeDefined()
  })

  it('are taken no faster than the provider wants; what is too fast goes another way', () => {
    const { trunks, clock } = trunksOf([{ ...carrier, maxCallsPerSecond: 2 }])
    const call = () => trunks.prepare(target('carrier'), by('ann'), undefined).release()
    call()
    call()
    expect(call).toThrow(TrunkTooFast)
    expect(trunks.all()).toMatchObject([{ healthy: true, free: 30 }])
    clock.advance(500)
    expect(call).not.toThrow()
    expect(call).toThrow(TrunkTooFast)
  })

  it('of a trunk that is gone from the config are none', () => {
    expect(() => trunksOf([]).trunks.prepare(target('carrier'), by('ann'), undefined)).toThrow(TrunkUnknown)
  })
})
