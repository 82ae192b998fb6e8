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

  // Some million steps when linear; were it the square, far beyond the time of a test.
  it.each([
    [' ', 'x'],
    ['"', undefined],
    ['<', undefined],
    [';', undefined],
    ['\\"', undefined],
  ])('reads a long line of %s in work that grows with its length, not with the square', (text, expected) => {
    expect(parseAddresses(`<sip:a@h>, ${text.repeat(1_000_000)}x`)?.[1]?.uri).toBe(expected)
  })
})
