import { describe, expect, it } from 'vitest'
import type { CallQuestion } from '../../../src/domain/route.ts'
import { account, by, carrier, target, trunksOf } from './a-trunk.ts'

const pbx = (more: Partial<CallQuestion>) => by(undefined, { source: 'pbx', sourceLabel: 'office', ...more })
const box = (more: Partial<CallQuestion>) => by(undefined, { source: 'overlay', sourceLabel: 'b', ...more })
const house = { ...carrier, callerId: '+4930100', overlayCallerId: '+4930200' }
const from201 = 'sip:201@site-b.example'

function leg(entry: Record<string, unknown>, question: CallQuestion, more = {}) {
  return trunksOf([entry]).trunks.prepare(target('carrier', 'tel:+493055', more), question, undefined)
}

describe('the number shown to those who are called', () => {
  it.each([
    ["is the user's first", house, by('ann'), '+49302345601'],
    [
      'is another of his own that he asks for',
      house,
      by('ann', { from: 'sip:+49302345602@site-a.example' }),
      '+49302345602',
    ],
    [
      "is never somebody else's that he asks for",
      house,
      by('ann', { from: 'sip:+49302345603@site-a.example' }),
      '+49302345601',
    ],
    ["of a user without number is the trunk's", house, by('bob'), '+4930100'],
    [
      'is one of ours that a PBX asks for',
      house,
      pbx({ from: 'sip:+49302345601@pbx.example' }),
      '+49302345601',
    ],
    [
      'is one of ours that a PBX asserts',
      house,
      pbx({ from: 'sip:11@pbx.example', assertedFrom: '<tel:+49302345602>' }),
      '+49302345602',
    ],
    ['is no foreign one of a PBX', house, pbx({ from: 'sip:+4989999@pbx.example' }), '+4930100'],
    ["of another box's user is the one for other boxes", house, box({ from: from201 }), '+4930200'],
    [
      'without one for other boxes is the trunk’s',
      { ...house, overlayCallerId: undefined },
      box({ from: from201 }),
      '+4930100',
    ],
    [
      "of another box's user is the number that reaches him there",
      house,
      box({ from: from201, assertedFrom: '<sip:+49302345650@site-b.example>' }),
      '+49302345650',
    ],
    [
      'is not that number for his colleague',
      house,
      box({ from: 'sip:202@site-b.example', assertedFrom: '<sip:+49302345650@site-b.example>' }),
      '+4930200',
    ],
    [
      'is no number of this box that another box claims',
      house,
      box({ from: 'sip:ann@site-a.example', assertedFrom: '<sip:+49302345601@site-a.example>' }),
      '+4930200',
    ],
  ])('%s', (_what, entry, question, number) => {
    expect(leg(entry, question).from).toBe(`<sip:${number}@carrier.example>`)
  })

  it('is none of a caller without any, who is the account', () => {
    expect(leg({ ...carrier, username: 'acc' }, by('bob'))).toMatchObject({
      from: '<sip:acc@carrier.example>',
      headers: {},
    })
  })
})

describe('a caller who wants to be unknown', () => {
  const anonymous = '"Anonymous" <sip:anonymous@anonymous.invalid>'
  const asserted = '<sip:+49302345601@carrier.example>'

  it.each([
    ['by an anonymous From', by('ann', { from: 'sip:anonymous@anonymous.invalid' }), true],
    ['by what was dialled or a Privacy header', by('ann', { withholdsNumber: true }), true],
    ['by the config', by('cleo'), true],
    ['but not for this call', by('cleo', { withholdsNumber: false }), false],
  ])('is so %s', (_how, question, isAnonymous) => {
    expect(leg(carrier, question).from === anonymous).toBe(isAnonymous)
  })

  it('is known to the provider, and to nobody else', () => {
    expect(leg(carrier, by('ann', { withholdsNumber: true })).headers).toEqual({
      'P-Asserted-Identity': asserted,
      Privacy: 'id',
    })
  })

  it('keeps his From where the provider hides it by Privacy alone', () => {
    const { from, headers } = leg(
      { ...carrier, withheldFrom: 'number' },
      by('ann', { withholdsNumber: true }),
    )
    expect([from, headers.Privacy]).toEqual([asserted, 'id'])
  })

  it('is known to those who help', () => {
    const question = by('cleo', { withholdsNumber: true })
    const emergency = { number: '112', isTest: false, callbackNumber: '+49302345600' }
    const { trunks } = trunksOf([carrier])
    const help = trunks.prepare(target('carrier', 'tel:112', { emergency }), question, undefined)
    expect(help).toMatchObject({
      uri: 'sip:112@carrier.example;user=phone',
      from: '<sip:+49302345600@carrier.example>',
      headers: { 'P-Asserted-Identity': '<sip:+49302345600@carrier.example>', Privacy: 'none' },
    })
  })
})

describe('the header beside From', () => {
  it.each([
    ['pai', { 'P-Asserted-Identity': '<sip:+49302345601@carrier.example>' }],
    ['ppi', { 'P-Preferred-Identity': '<sip:+49302345601@carrier.example>' }],
    ['rpid', { 'Remote-Party-ID': '<sip:+49302345601@carrier.example>;party=calling;privacy=off' }],
    ['none', {}],
  ])('by %s is %j', (identityHeader, headers) => {
    expect(leg({ ...carrier, identityHeader }, by('ann')).headers).toEqual(headers)
  })

  it('bears the number when From is the account', () => {
    expect(leg({ ...carrier, ...account, fromUser: 'account' }, by('ann'))).toMatchObject({
      from: '<sip:acc@carrier.example>',
      headers: { 'P-Asserted-Identity': '<sip:+49302345601@carrier.example>' },
    })
  })
})

describe('a call that a phone of ours has sent on', () => {
  it('names who did so as a number of the trunk', () => {
    const { caller } = by('ann')
    const question = {
      ...by('ann', { from: 'sip:+4989111@far.example' }),
      ...(caller && { divertedBy: caller }),
    }
    expect(leg({ ...carrier, numberFormat: 'national' }, question)).toMatchObject({
      from: '<sip:0302345601@carrier.example>',
      headers: { Diversion: '<sip:0302345601@carrier.example;user=phone>;reason=unconditional;counter=1' },
    })
    expect(leg(carrier, by('ann')).headers).not.toHaveProperty('Diversion')
  })
})
