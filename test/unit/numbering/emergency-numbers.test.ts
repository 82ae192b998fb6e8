import { describe, expect, it, test } from 'vitest'
import { numberingSection } from '../../../src/config/sections/numbering.ts'
import { emergencyServiceOf } from '../../../src/numbering/emergency-countries.ts'
import {
  emergencyNumberAbroad,
  emergencyNumberIn,
  emergencyNumberOfUrn,
  emergencySpellings,
} from '../../../src/numbering/emergency-numbers.ts'

const plan = (more: Record<string, unknown>) => numberingSection.parse({ emergencyNumbers: [], ...more })

describe('digits that mean an emergency number', () => {
  const hotel = plan({ country: 'DE', areaCode: '30', outsideLinePrefix: '0', emergencyTestNumber: '9112' })
  const newYork = plan({ country: 'US', areaCode: '212', outsideLinePrefix: '9', emergencyTestNumber: '933' })
  const ship = plan({ country: 'ZZ', emergencyNumbers: ['1616'] })
  test.each([
    ['as everybody knows it', '112', hotel, '112'],
    ['of the police', '110', hotel, '110'],
    ['behind the outside line', '0112', hotel, '112'],
    ['with a plus sign', '+112', hotel, '112'],
    ['with the country code', '+49112', hotel, '112'],
    ['with the country code behind the outside line', '0+112', hotel, '112'],
    ['with 00 and the country code', '0049112', hotel, '112'],
    ['with country and area code', '+4930112', hotel, '112'],
    ['with the key that ends the dialling', '112#', hotel, '112'],
    ['by somebody who hides his number', '*31#112', hotel, '112'],
    ['by somebody who hides it behind the outside line', '0*31#112', hotel, '112'],
    ['in New York', '911', newYork, '911'],
    ['in New York behind the outside line', '9911', newYork, '911'],
    ['in New York as a contact', '+1911', newYork, '911'],
    ['in London', '999', plan({ country: 'GB' }), '999'],
    ['in London, as in the rest of Europe', '112', plan({ country: 'GB' }), '112'],
    ['in Sydney', '000', plan({ country: 'AU' }), '000'],
    ['in Paris, of two digits', '18', plan({ country: 'FR' }), '18'],
    ["of the site's own", '1616', ship, '1616'],
    ['where nobody knows the country', '911', ship, '911'],
    ['for tests', '9112', hotel, 'test 9112'],
    ['for tests behind the outside line', '9933', newYork, 'test 933'],
  ])('%s: %s', (_, digits, where, meaning) => {
    const found = emergencyNumberIn(digits, where)
    expect(found && `${found.isTest ? 'test ' : ''}${found.number}`).toBe(meaning)
  })

  test.each([
    ['an extension', '12', hotel],
    ['an extension that ends so', '2112', hotel],
    ["a subscriber's number that ends so", '+49301234112', hotel],
    ['a subscriber behind the outside line', '00301234112', hotel],
    ['the information of the police in London', '101', plan({ country: 'GB' })],
    ['the number of another country', '911', plan({ country: 'DE' })],
  ])('but not %s: %s', (_, digits, where) => {
    expect(emergencyNumberIn(digits, where)).toBeUndefined()
  })

  it('a test number that is a real one is real', () => {
    const careless = plan({ country: 'DE', outsideLinePrefix: '9', emergencyTestNumber: '9112' })
    expect(emergencyNumberIn('9112', careless)).toEqual({ number: '112', isTest: false })
  })
})

describe('the service URN (RFC 5031)', () => {
  test.each([
    ['urn:service:sos', 'DE', '112'],
    ['URN:SERVICE:SOS', 'GB', '999'],
    ['urn:service:sos.police', 'DE', '110'],
    ['urn:service:sos.fire', 'DE', '112'],
    ['urn:service:sos.ambulance', 'AT', '144'],
    ['urn:service:sos.police.municipal', 'FR', '17'],
    ['urn:service:sos.gas', 'CH', '112'],
    ['urn:service:sos', 'JP', '110'],
  ])('%s in %s is %s', (urn, country, number) => {
    expect(emergencyNumberOfUrn(urn, plan({ country }))).toEqual({ number, isTest: false })
  })

  it('for tests leads to the test number, and nowhere without one', () => {
    const us = plan({ country: 'US', emergencyTestNumber: '933' })
    expect(emergencyNumberOfUrn('urn:service:test.sos', us)).toEqual({ number: '933', isTest: true })
    expect(emergencyNumberOfUrn('urn:service:test.sos.fire', plan({ country: 'US' }))).toBeUndefined()
  })

  it('of another service is none', () => {
    for (const urn of ['urn:service:counseling', 'urn:service:sosx', 'sip:sos@site-a.example']) {
      expect(emergencyNumberOfUrn(urn, plan({}))).toBeUndefined()
    }
  })
})

describe('on a trunk in another country', () => {
  test.each([
    ['999', 'GB', 'DE', '112'],
    ['110', 'DE', 'FR', '17'],
    ['911', 'US', 'GB', '999'],
    ['118', 'IT', 'AT', '144'],
    ['112', 'DE', 'US', '911'],
    ['112', 'DE', 'DE', '112'],
    ['1616', 'DE', 'CH', '112'],
  ])('%s of %s is in %s %s', (number, from, to, there) => {
    expect(emergencyNumberAbroad(number, from, to)).toBe(there)
  })

  it('a service stays what it is', () => {
    expect(emergencyServiceOf('133', 'AT')).toBe('police')
    expect(emergencyServiceOf('112', 'AT')).toBe('sos')
  })
})

it('every spelling that is listed is recognised as what it is listed for', () => {
  const site = plan({ country: 'FR', areaCode: '1', outsideLinePrefix: '0', emergencyTestNumber: '9112' })
  const spellings = emergencySpellings(site)
  expect([...spellings.keys()]).toEqual(expect.arrayContaining(['112', '0112', '+3317', '9112']))
  for (const [spelling, means] of spellings) expect(emergencyNumberIn(spelling, site)).toEqual(means)
})
