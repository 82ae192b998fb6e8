import { describe, expect, it } from 'vitest'
import { readFromTrunk } from '../../../src/numbering/read-from-trunk.ts'
import { formatForTrunk, type NumberFormat } from '../../../src/numbering/trunk-format.ts'

describe('a number towards a trunk', () => {
  it.each<[string, NumberFormat, string, string]>([
    ['+49301234567', '+e164', 'DE', '+49301234567'],
    ['+49301234567', 'e164', 'DE', '49301234567'],
    ['+49301234567', 'national', 'DE', '0301234567'],
    ['+49301234567', 'international', 'DE', '0049301234567'],
    ['+33142685300', 'national', 'DE', '0033142685300'],
    ['+12125551234', 'national', 'US', '2125551234'],
    ['+49301234567', 'international', 'US', '01149301234567'],
    ['+390612345678', 'national', 'IT', '0612345678'],
    ['+61293744000', 'international', 'AU', '001161293744000'],
    ['+442079460958', 'national', 'GB', '02079460958'],
  ])('%s as %s in %s is %s', (number, format, country, written) => {
    expect(formatForTrunk(number, format, country)).toBe(written)
    expect(readFromTrunk(written, country, format)).toBe(number)
  })
})

describe('a number from a trunk', () => {
  it.each<[string, string, NumberFormat | undefined, string | undefined]>([
    ['sip:+49301234567@carrier.example;user=phone', 'DE', undefined, '+49301234567'],
    ['"Anna" <sip:0301234567@carrier.example>;tag=1', 'DE', undefined, '+49301234567'],
    ['tel:+49-30-1234567', 'DE', undefined, '+49301234567'],
    ['tel:301234567;phone-context=+49', 'DE', undefined, '+49301234567'],
    ['sip:49301234567;npdi@carrier.example', 'DE', undefined, '+49301234567'],
    ['33142685300', 'DE', 'e164', '+33142685300'],
    ['33142685300', 'DE', 'national', '+4933142685300'],
    ['2125551234', 'US', undefined, '+12125551234'],
    ['sip:anonymous@anonymous.invalid', 'DE', undefined, undefined],
    ['sip:trunk4711@carrier.example', 'DE', undefined, undefined],
    ['sip:12@carrier.example', 'DE', undefined, undefined],
    ['', 'DE', undefined, undefined],
  ])('%s in %s (%s) is %s', (text, country, format, number) => {
    expect(readFromTrunk(text, country, format)).toBe(number)
  })
})
