import { describe, expect, it } from 'vitest'
import { parseAddresses } from '../../../src/domain/address-list.ts'

const read = (line: string): unknown =>
  parseAddresses(line)?.map(({ uri, params }) => [uri, Object.fromEntries(params)])

describe('address list', () => {
  it.each([
    ['<sip:a@h;transport=tcp>;Q=0.5', [['sip:a@h;transport=tcp', { q: '0.5' }]]],
    ['sip:a@h;expires=5', [['sip:a@h', { expires: '5' }]]],
    ['"Doe, \\"J\\" <x>" <sip:a@h>', [['sip:a@h', {}]]],
    [
      'Doe J <sip:a,b@h?x=1,2>;ob, <sip:c@h>',
      [
        ['sip:a,b@h?x=1,2', { ob: '' }],
        ['sip:c@h', {}],
      ],
    ],
    [
      '<sip:a@h>;+sip.instance="<urn:uuid:1;2,3>" ; reg-id = 1',
      [['sip:a@h', { '+sip.instance': '<urn:uuid:1;2,3>', 'reg-id': '1' }]],
    ],
    [' , <sip:a@h> ,', [['sip:a@h', {}]]],
    ['*', [['*', {}]]],
    ['', []],
  ])('reads %s', (line, expected) => {
    expect(read(line)).toEqual(expected)
  })

  it.each([
    '<sip:a@h',
    '"a <sip:a@h>',
    '<>',
    '<sip:a b@h>',
    '<sip:a@h> x',
    '<sip:a@h>;=1',
    '<sip:a@h>;;',
    'a b',
  ])('refuses %s', (line) => {
    expect(parseAddresses(line)).toBeUndefined()
  })

  it('takes a long hostile line in its stride', () => {
    const begun = performance.now()
    for (const text of [
      ' '.repeat(60_000),
      '"'.repeat(60_000),
      '<'.repeat(60_000),
      ';'.repeat(60_000),
      '\\"'.repeat(30_000),
    ])
      parseAddresses(`<sip:a@h>, ${text}x`)
    expect(performance.now() - begun).toBeLessThan(2_000)
  })
})
