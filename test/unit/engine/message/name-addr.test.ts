import { describe, expect, it } from 'vitest'
import {
  NameAddr,
  parseNameAddr,
  parseNameAddrs,
  printNameAddr,
} from '../../../../src/engine/message/name-addr.ts'
import { Params } from '../../../../src/engine/message/params.ts'
import { SipParseError } from '../../../../src/engine/message/sip-parse-error.ts'

describe('parseNameAddr', () => {
  it.each([
    ['<sip:a@b>', undefined, 'sip:a@b', []],
    ['sip:a@b;tag=1', undefined, 'sip:a@b', [['tag', '1']]],
    ['<sip:a@b;lr>;tag=1', undefined, 'sip:a@b;lr', [['tag', '1']]],
    ['"A \\"B\\" \\\\" <sip:a@b>', 'A "B" \\', 'sip:a@b', []],
    ['Alice  L. <sip:a@b> ; TAG = x', 'Alice  L.', 'sip:a@b', [['tag', 'x']]],
    ['"" <sip:a@b>', '', 'sip:a@b', []],
    ['"a > b, <c>" <sip:a@b>', 'a > b, <c>', 'sip:a@b', []],
    ['<tel:+49-30-12>;q=0.5', undefined, 'tel:+49-30-12', [['q', '0.5']]],
    ['<sip:a@[::1]:5060>', undefined, 'sip:a@[::1]:5060', []],
    ['<sip:a@b?Subject=x%20y>', undefined, 'sip:a@b?Subject=x%20y', []],
    [
      '<sip:a@b>;+sip.instance="<urn:uuid:1>";x',
      undefined,
      'sip:a@b',
      [
        ['+sip.instance', '<urn:uuid:1>'],
        ['x', true],
      ],
    ],
  ])('reads %s', (text, displayName, uri, params) => {
    const address = parseNameAddr(text)
    expect(address).toMatchObject({ displayName, uri })
    expect([...address.params]).toEqual(params)
  })

  it.each([
    '',
    '<sip:a@b',
    'sip:a@b>',
    '"A <sip:a@b>',
    '"A" sip:a@b',
    'A "B" <sip:a@b>',
    '<>',
    '<a@b>',
    '<sip:a b>',
    '<sip:a@b> x',
    '<sip:a@b>;',
    '<sip:a@b>;=1',
    '<sip:a@b>;x="1',
    'sip:a@b?Route=%3Csip:c%3E',
    '<sip:a@b>, <sip:c@d>',
    '*;q=1',
  ])('refuses %j', (text) => {
    expect(() => parseNameAddr(text)).toThrow(SipParseError)
  })
})

describe('parseNameAddrs', () => {
  it('splits at the commas that separate', () => {
    const addresses = parseNameAddrs('"a,b" <sip:a@b,c>;x="1,2" , sip:d@e;q=1,<sip:f@g>')
    expect(addresses.map((address) => address.uri)).toEqual(['sip:a@b,c', 'sip:d@e', 'sip:f@g'])
  })

  it.each(['<sip:a@b>,', ',<sip:a@b>', '<sip:a@b>,,<sip:c@d>'])('refuses %j', (text) => {
    expect(() => parseNameAddrs(text)).toThrow(SipParseError)
  })
})

describe('printNameAddr', () => {
  it.each([
    '<sip:a@b>',
    '"A \\"B\\" \\\\" <sip:a@b;lr>;tag=1;x',
    '<sip:a@b>;+sip.instance="<urn:uuid:1>";plain="token"',
    '*',
  ])('gives %s back', (text) => {
    expect(printNameAddr(parseNameAddr(text))).toBe(text)
  })

  it('quotes the parameters that need it', () => {
    const params = new Params([
      ['Tag', 'abc'],
      ['received', '[::1]'],
      ['text', 'a "b"'],
      ['lr', true],
    ])
    expect(printNameAddr(new NameAddr('A', 'sip:a@b', params))).toBe(
      '"A" <sip:a@b>;tag=abc;received=[::1];text="a \\"b\\"";lr',
    )
  })
})

describe('Params', () => {
  it('keeps the place of what is set again', () => {
    const params = new Params([
      ['a', '1'],
      ['b', true],
    ])
    const copy = params.clone()
    copy.set('A', '2').delete('b')
    expect([params.toString(), copy.toString()]).toEqual([';a=1;b', ';a=2'])
    expect([copy.get('a'), copy.has('b'), copy.text('b'), params.text('b'), copy.size]).toEqual([
      '2',
      false,
      undefined,
      undefined,
      1,
    ])
  })

  it('lets a verbatim repetition pass', () => {
    expect(parseNameAddr('<sip:a@b>;x=1;X=1').params.toString()).toBe(';x=1')
  })
})
