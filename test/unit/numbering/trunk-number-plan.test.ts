import { describe, expect, it } from 'vitest'
import { numberingSection } from '../../../src/config/sections/numbering.ts'
import {
  type NumberFormat,
  type NumberHeader,
  numberHeaders,
  trunkNumbers,
} from '../../../src/config/sections/trunk-numbers.ts'
import { DialPlan } from '../../../src/numbering/dial-plan.ts'

const areaCodes: Readonly<Record<string, string>> = { DE: '30', US: '212', GB: '20', IT: '06', AU: '2' }

function planOf(country: string, numberFormat: NumberFormat, numbers: Record<string, unknown> = {}) {
  const site = new DialPlan(numberingSection.parse({ country, areaCode: areaCodes[country] ?? '' }))
  return site.onTrunk({ numberFormat, numbers: trunkNumbers.parse(numbers) })
}

describe('a number towards a trunk', () => {
  it.each<[number: string, country: string, format: NumberFormat, written: string]>([
    ['+49302270', 'DE', '+e164', '+49302270'],
    ['+49302270', 'DE', 'e164', '49302270'],
    ['+49302270', 'DE', 'national', '0302270'],
    ['+493022732152', 'DE', 'local', '22732152'],
    ['+498923300', 'DE', 'local', '08923300'],
    ['+49302270', 'DE', 'international', '0049302270'],
    ['+491711234567', 'DE', 'national', '01711234567'],
    ['+33142685300', 'DE', 'national', '0033142685300'],
    ['+33142685300', 'DE', 'local', '0033142685300'],
    ['+12125551234', 'US', 'national', '2125551234'],
    ['+12125551234', 'US', 'local', '5551234'],
    ['+12125551234', 'US', 'e164', '12125551234'],
    ['+18005550199', 'US', 'national', '8005550199'],
    ['+49302270', 'US', 'national', '01149302270'],
    ['+49302270', 'US', 'international', '01149302270'],
    ['+442079460958', 'GB', 'national', '02079460958'],
    ['+442079460958', 'GB', 'local', '79460958'],
    ['+447400123456', 'GB', 'national', '07400123456'],
    ['+33142685300', 'GB', 'international', '0033142685300'],
    ['+33142685300', 'FR', 'national', '0142685300'],
    ['+33612345678', 'FR', 'national', '0612345678'],
    ['+33142685300', 'FR', 'local', '0142685300'],
    ['+390642012345', 'IT', 'national', '0642012345'],
    ['+390642012345', 'IT', 'e164', '390642012345'],
    ['+390642012345', 'DE', 'national', '00390642012345'],
    ['+393351234567', 'IT', 'national', '3351234567'],
    ['+34912345678', 'ES', 'national', '912345678'],
    ['+34612345678', 'ES', 'national', '612345678'],
    ['+61293744000', 'AU', 'national', '0293744000'],
    ['+61412345678', 'AU', 'national', '0412345678'],
    ['+442079460958', 'AU', 'international', '0011442079460958'],
  ])('%s in %s as %s is %s, and is read back', (number, country, format, written) => {
    const plan = planOf(country, format)
    expect(plan.format(number, 'requestUri')).toBe(written)
    expect(plan.read(written, 'requestUri')).toBe(number)
  })

  it.each<[number: string, country: string, format: NumberFormat, written: string]>([
    ['+49115', 'DE', '+e164', '115'],
    ['+49116117', 'DE', 'national', '116117'],
    ['+1411', 'US', 'e164', '411'],
    ['+49115', 'FR', 'international', '0049115'],
  ])('the service number %s in %s as %s is %s', (number, country, format, written) => {
    expect(planOf(country, format).format(number, 'requestUri')).toBe(written)
  })

  it('is written for each header as the trunk wants it', () => {
    const plan = planOf('DE', 'national', { to: '+e164', from: 'e164', diversion: 'international' })
    const written = numberHeaders.map((header) => plan.format('+493022732152', header))
    expect(written).toEqual([
      '03022732152',
      '+493022732152',
      '493022732152',
      '+493022732152',
      '00493022732152',
    ])
  })

  it('is written as the country of the trunk does it', () => {
    const plan = planOf('DE', 'national', { country: 'GB' })
    expect(plan.format('+442079460958', 'to')).toBe('02079460958')
    expect(plan.format('+493022732152', 'to')).toBe('00493022732152')
  })
})

describe('rewrites of a trunk', () => {
  const carrier = planOf('DE', '+e164', {
    out: [
      { match: '+49900.', replace: '0' },
      { match: '+49(.)', replace: '0{1}', headers: ['from'] },
      { match: '+.', replace: '1234#{all}', headers: ['requestUri'] },
      { match: '+4930.', replace: 'never' },
    ],
    in: [
      { match: '99(0.)', replace: '{1}', headers: ['requestUri'] },
      { match: '(XX)', replace: '+49301234{1}', headers: ['requestUri', 'to'] },
    ],
  })

  it.each<[string, NumberHeader, string]>([
    ['+33142685300', 'requestUri', '1234%2333142685300'],
    ['+33142685300', 'to', '+33142685300'],
    ['+493022732152', 'from', '03022732152'],
    ['+493022732152', 'requestUri', '1234%23493022732152'],
    ['+493022732152', 'to', 'never'],
    ['+499001234567', 'to', '0'],
  ])('%s leaves in %s as %s', (number, header, written) => {
    expect(carrier.format(number, header)).toBe(written)
  })

  it.each<[string, NumberHeader, string | undefined]>([
    ['sip:9903022732152@carrier.example', 'requestUri', '+493022732152'],
    ['sip:01@carrier.example', 'requestUri', '+4930123401'],
    ['sip:01@carrier.example', 'from', undefined],
    ['tel:12;phone-context=+1', 'to', '+4930123412'],
  ])('%s comes in %s as %s', (text, header, number) => {
    expect(carrier.read(text, header)).toBe(number)
  })

  // Without a plus sign it is an emergency number of some country, chosen for this trunk by then.
  it.each(['112', '110', '999', '+49112', '+49110'])('%s is touched by none', (number) => {
    const swallowing = [
      { match: '.', replace: '0' },
      { match: '+.', replace: '1234#{all}' },
      { match: '+49(.)', replace: '9{1}' },
    ]
    const plan = planOf('DE', 'international', { out: swallowing })
    const written = numberHeaders.map((header) => plan.format(number, header))
    expect(written).toEqual(numberHeaders.map(() => number.slice(-3)))
  })
})

describe('a number from a trunk', () => {
  it.each<[text: string, country: string, format: NumberFormat, number: string | undefined]>([
    ['sip:+49301234567@carrier.example;user=phone', 'DE', '+e164', '+49301234567'],
    ['"Anna" <sip:0301234567@carrier.example>;tag=1', 'DE', '+e164', '+49301234567'],
    ['tel:+49-30-1234567', 'DE', '+e164', '+49301234567'],
    ['tel:301234567;phone-context=+49', 'DE', '+e164', '+49301234567'],
    ['sip:49301234567;npdi@carrier.example', 'DE', '+e164', '+49301234567'],
    ['33142685300', 'DE', 'e164', '+33142685300'],
    ['33142685300', 'DE', 'national', '+4933142685300'],
    ['2035551234', 'US', '+e164', '+12035551234'],
    ['4799551234', 'US', '+e164', '+14799551234'],
    ['4799551234', 'US', 'e164', '+4799551234'],
    ['12035551234', 'US', '+e164', '+12035551234'],
    ['493022732152', 'US', '+e164', '+493022732152'],
    ['687234567', 'ES', '+e164', '+34687234567'],
    ['376312345', 'CZ', '+e164', '+420376312345'],
    ['3666123456', 'IT', '+e164', '+393666123456'],
    ['6561234567', 'MX', '+e164', '+526561234567'],
    ['33142685300', 'DE', '+e164', '+33142685300'],
    ['22732152', 'DE', 'local', '+493022732152'],
    ['12125551234', 'US', 'national', '+12125551234'],
    ['5551234', 'US', 'local', '+12125551234'],
    ['2079460958', 'GB', 'national', '+442079460958'],
    ['142685300', 'FR', 'national', '+33142685300'],
    ['34912345678', 'ES', 'national', '+34912345678'],
    ['390642012345', 'IT', 'national', '+390642012345'],
    ['293744000', 'AU', 'national', '+61293744000'],
    ['347190698', 'IT', 'local', '+39347190698'],
    ['005571980066007', 'BR', 'international', '+5571980066007'],
    ['sip:anonymous@anonymous.invalid', 'DE', 'national', undefined],
    ['sip:trunk4711@carrier.example', 'DE', 'national', undefined],
    ['sip:12@carrier.example', 'DE', 'national', undefined],
    ['', 'DE', 'national', undefined],
  ])('%s in %s as %s is %s', (text, country, format, number) => {
    expect(planOf(country, format).read(text, 'from')).toBe(number)
  })
})

describe('a number for people', () => {
  it.each([
    ['+493022732152', 'DE', '030 22732152'],
    ['+442079460958', 'DE', '+44 20 7946 0958'],
    ['+442079460958', 'GB', '020 7946 0958'],
    ['+12125551234', 'US', '(212) 555-1234'],
    ['+33142685300', 'FR', '01 42 68 53 00'],
    ['+390642012345', 'IT', '06 4201 2345'],
    ['+49115', 'DE', '115'],
    ['+999', 'DE', '+999'],
  ])('%s in %s is %s', (number, country, shown) => {
    expect(new DialPlan(numberingSection.parse({ country })).display(number)).toBe(shown)
  })

  it.each([
    ['DE', '30', '0', '+e164', '+493022732152', '+493022732152'],
    ['DE', '30', '0', 'national', '+493022732152', '003022732152'],
    ['DE', '30', '0', 'local', '+493022732152', '022732152'],
    ['DE', '30', '', 'local', '+493022732152', '22732152'],
    ['DE', '30', '0', 'national', '+33142685300', '00033142685300'],
    ['US', '212', '9', 'national', '+12065550123', '92065550123'],
    ['US', '212', '9', 'international', '+442079460958', '9011442079460958'],
    ['GB', '20', '', 'national', '+447400123456', '07400123456'],
    ['FR', '', '', 'national', '+33142685300', '0142685300'],
    ['IT', '06', '', 'national', '+390642012345', '0642012345'],
  ])('in %s, area %s, prefix "%s", as %s: %s is on phones %s, and calls back', (...row) => {
    const [country, areaCode, outsideLinePrefix, callersOnPhones, number, shown] = row
    const plan = new DialPlan(
      numberingSection.parse({ country, areaCode, outsideLinePrefix, callersOnPhones }),
    )
    expect(plan.onPhone(number)).toBe(shown)
    expect(plan.readDialled(shown)).toEqual({ kind: 'e164', number })
  })

  it.each([
    ['+493022732152', undefined],
    ['+12125551234', undefined],
    ['+999123456', 'country code'],
    ['+49', 'short'],
    ['+', 'not a telephone number'],
    ['+331426853', 'short'],
    ['+3314268530000', 'long'],
    ['+4919999999', 'range'],
  ])('%s: %s', (number, doubt) => {
    const found = new DialPlan(numberingSection.parse({})).doubtAbout(number)
    if (doubt === undefined) expect(found).toBeUndefined()
    else expect(found).toContain(doubt)
  })
})
