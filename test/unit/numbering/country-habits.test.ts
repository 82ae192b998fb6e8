import { describe, expect, it } from 'vitest'
import { numberingSection } from '../../../src/config/sections/numbering.ts'
import { DialPlan } from '../../../src/numbering/dial-plan.ts'
import { meaningOf } from './meaning.ts'

// What people in these places dial, from their countries' numbering plans; a row ends with the class of the call.
type Row = readonly [dialled: string, meaning: string, callClass?: string]

const berlin: readonly Row[] = [
  ['112', 'emergency 112'],
  ['110', 'emergency 110'],
  ['+112', 'emergency 112'],
  ['+49112', 'emergency 112'],
  ['12', 'extension 12'],
  ['20113', 'extension 20113'],
  ['1', 'unknown'],
  ['030 227-0', '+49302270', 'national'],
  ['2345678', '+49302345678', 'national'],
  ['22732152', '+493022732152', 'national'],
  ['(030) 123-45/67', '+49301234567', 'national'],
  ['089 23300', '+498923300', 'national'],
  ['0049 89 23300', '+498923300', 'national'],
  ['+49 89 23300', '+498923300', 'national'],
  ['+49 (0)89 23300', '+498923300', 'national'],
  ['0112', 'unknown'],
  ['0171 1234567', '+491711234567', 'mobile'],
  ['0151 23456789', '+4915123456789', 'mobile'],
  ['0049 171 1234567', '+491711234567', 'mobile'],
  ['0800 3302000', '+498003302000', 'toll-free'],
  ['0900 1234567', '+499001234567', 'premium'],
  ['0900 1234567 99', '+49900123456799', 'premium'],
  ['0180 5 123456', '+491805123456', 'national'],
  ['0033 1 42 68 53 00', '+33142685300', 'international'],
  ['0041 44 668 18 00', '+41446681800', 'international'],
  ['001 212 555 1234', '+12125551234', 'international'],
  ['0043 664 1234567', '+436641234567', 'international'],
  ['0033 899 70 12 34', '+33899701234', 'premium'],
  ['0044 70 1234 5678', '+447012345678', 'premium'],
  ['00800 12345678', '+80012345678', 'toll-free'],
  ['00881 6 12345678', '+881612345678', 'premium'],
  ['00870 773 123 456', '+870773123456', 'premium'],
  ['00882 16 12345678', '+8821612345678', 'premium'],
  ['00979 1 12345678', '+979112345678', 'premium'],
  ['00247 61234', '+24761234', 'premium'],
  ['116117', '+49116117', 'toll-free'],
  ['115', 'extension 115'],
  ['+49115', '+49115', 'national'],
  ['+4911833', '+4911833', 'premium'],
  ['+999123456', 'unknown'],
  ['+4912', 'unknown'],
  ['+49301234567890123', 'unknown'],
  ['*21#', 'unknown'],
  ['anna', 'unknown'],
  ['', 'unknown'],
]

const hotelInBerlin: readonly Row[] = [
  ['112', 'emergency 112'],
  ['0112', 'emergency 112'],
  ['0110', 'emergency 110'],
  ['9112', 'test emergency 9112'],
  ['201', 'extension 201'],
  ['0030227 0', '+49302270', 'national'],
  ['02345678', '+49302345678', 'national'],
  ['00171 1234567', '+491711234567', 'mobile'],
  ['00033142685300', '+33142685300', 'international'],
  ['0115', '+49115', 'national'],
  ['0116117', '+49116117', 'toll-free'],
  ['011833', '+4911833', 'premium'],
  ['8912345678', 'unknown'],
  ['+33142685300', '+33142685300', 'international'],
]

const newYork: readonly Row[] = [
  ['911', 'emergency 911'],
  ['9911', 'emergency 911'],
  ['2001', 'extension 2001'],
  ['9 555 1234', '+12125551234', 'national'],
  ['9 206 555 0123', '+12065550123', 'national'],
  ['9 1 206 555 0123', '+12065550123', 'national'],
  ['9 1 800 555 0199', '+18005550199', 'toll-free'],
  ['9 1 888 555 0123', '+18885550123', 'toll-free'],
  ['9 1 900 555 0123', '+19005550123', 'premium'],
  ['9 1 787 555 0123', '+17875550123', 'national'],
  ['9 1 416 555 0123', '+14165550123', 'international'],
  ['9 1 876 555 0123', '+18765550123', 'international'],
  ['9 1 473 406 1234', '+14734061234', 'international'],
  ['9 011 44 20 7946 0958', '+442079460958', 'international'],
  ['9 011 49 171 1234567', '+491711234567', 'international'],
  ['9 011 8816 12345678', '+881612345678', 'premium'],
  ['9411', '+1411', 'premium'],
  ['9988', '+1988', 'toll-free'],
  ['9311', '+1311', 'toll-free'],
  ['+1 (212) 555-1234', '+12125551234', 'national'],
  ['5551234', 'unknown'],
]

const boston: readonly Row[] = [
  ['911', 'emergency 911'],
  ['555-1234', '+16175551234', 'national'],
  ['617 555 1234', '+16175551234', 'national'],
  ['1 617 555 1234', '+16175551234', 'national'],
  ['212 555 1234', '+12125551234', 'national'],
  ['1 800 555 0199', '+18005550199', 'toll-free'],
  ['011 33 1 42 68 53 00', '+33142685300', 'international'],
]

const london: readonly Row[] = [
  ['999', 'emergency 999'],
  ['112', 'emergency 112'],
  ['+44999', 'emergency 999'],
  ['2345', 'extension 2345'],
  ['020 7946 0958', '+442079460958', 'national'],
  ['7946 0958', '+442079460958', 'national'],
  ['0161 496 0000', '+441614960000', 'national'],
  ['00 44 161 496 0000', '+441614960000', 'national'],
  ['07400 123456', '+447400123456', 'mobile'],
  ['07911 123456', '+447911123456', 'mobile'],
  ['07797 712345', '+447797712345', 'mobile'],
  ['01534 456789', '+441534456789', 'national'],
  ['0330 123 4567', '+443301234567', 'national'],
  // Ofcom: 084 and 087 carry a service charge, as 09 does.
  ['0845 601 1234', '+448456011234', 'premium'],
  ['0800 1111', '+448001111', 'toll-free'],
  ['0808 157 0192', '+448081570192', 'toll-free'],
  ['0906 612 3456', '+449066123456', 'premium'],
  ['070 1234 5678', '+447012345678', 'premium'],
  ['101', '+44101', 'toll-free'],
  ['111', '+44111', 'toll-free'],
  ['116 123', '+44116123', 'toll-free'],
  ['118 500', '+44118500', 'premium'],
  ['00 353 1 677 1234', '+35316771234', 'international'],
  ['00 1 212 555 1234', '+12125551234', 'international'],
]

const paris: readonly Row[] = [
  ['112', 'emergency 112'],
  ['15', 'emergency 15'],
  ['17', 'emergency 17'],
  ['18', 'emergency 18'],
  ['201', 'extension 201'],
  ['01 42 68 53 00', '+33142685300', 'national'],
  ['04 91 12 34 56', '+33491123456', 'national'],
  ['09 72 12 34 56', '+33972123456', 'national'],
  ['06 12 34 56 78', '+33612345678', 'mobile'],
  ['07 56 78 90 12', '+33756789012', 'mobile'],
  ['0033 1 42 68 53 00', '+33142685300', 'national'],
  ['0800 12 34 56', '+33800123456', 'toll-free'],
  ['0805 12 34 56', '+33805123456', 'toll-free'],
  ['0810 12 34 56', '+33810123456', 'national'],
  ['0899 70 12 34', '+33899701234', 'premium'],
  ['3114', '+333114', 'toll-free'],
  ['3635', '+333635', 'premium'],
  ['118 712', '+33118712', 'premium'],
  ['116 000', '+33116000', 'toll-free'],
  ['00 49 30 2270', '+49302270', 'international'],
  ['00 262 262 12 34 56', '+262262123456', 'international'],
]

const rome: readonly Row[] = [
  ['112', 'emergency 112'],
  ['118', 'emergency 118'],
  ['201', 'extension 201'],
  // The zero is part of the number and stays, from abroad too.
  ['06 4201 2345', '+390642012345', 'national'],
  ['+39 06 4201 2345', '+390642012345', 'national'],
  ['0039 06 4201 2345', '+390642012345', 'national'],
  ['02 8646 3312', '+390286463312', 'national'],
  ['06 698 83145', '+390669883145', 'national'],
  ['335 1234567', '+393351234567', 'mobile'],
  ['+39 335 1234567', '+393351234567', 'mobile'],
  ['800 123456', '+39800123456', 'toll-free'],
  ['899 123456', '+39899123456', 'premium'],
  ['117', '+39117', 'toll-free'],
  ['1522', '+391522', 'toll-free'],
  ['116117', '+39116117', 'toll-free'],
  ['00 33 1 42 68 53 00', '+33142685300', 'international'],
]

const madrid: readonly Row[] = [
  ['112', 'emergency 112'],
  ['091', 'emergency 091'],
  ['061', 'emergency 061'],
  ['202', 'extension 202'],
  ['91 234 56 78', '+34912345678', 'national'],
  ['0034 91 234 56 78', '+34912345678', 'national'],
  ['612 34 56 78', '+34612345678', 'mobile'],
  ['900 123 456', '+34900123456', 'toll-free'],
  ['902 123 456', '+34902123456', 'national'],
  ['803 12 34 56', '+34803123456', 'premium'],
  ['010', '+34010', 'national'],
  ['016', '+34016', 'toll-free'],
  ['11818', '+3411818', 'premium'],
  ['00 49 30 2270', '+49302270', 'international'],
]

const sydney: readonly Row[] = [
  ['000', 'emergency 000'],
  ['112', 'emergency 112'],
  ['02 9374 4000', '+61293744000', 'national'],
  ['9374 4000', '+61293744000', 'national'],
  ['03 9620 9000', '+61396209000', 'national'],
  ['0412 345 678', '+61412345678', 'mobile'],
  ['1800 123 456', '+611800123456', 'toll-free'],
  ['1300 123 456', '+611300123456', 'national'],
  ['13 11 14', '+61131114', 'national'],
  ['1900 123 456', '+611900123456', 'premium'],
  ['0011 44 20 7946 0958', '+442079460958', 'international'],
]

const elsewhere: readonly [name: string, settings: Record<string, unknown>, rows: readonly Row[]][] = [
  [
    'Budapest writes 06 before an area code',
    { country: 'HU', areaCode: '1' },
    [['0612345678', '+3612345678']],
  ],
  [
    'a country without a plan',
    { country: 'ZZ' },
    [
      ['0301234567', 'unknown'],
      ['+49301234567', '+49301234567', 'international'],
      ['112', 'emergency 112'],
    ],
  ],
  [
    'own prefixes of a site',
    { areaCode: '30', internationalPrefix: '7777', nationalPrefix: '8' },
    [
      ['777733142685300', '+33142685300', 'international'],
      ['889 23300', '+498923300', 'national'],
      ['0112', 'unknown'],
    ],
  ],
  [
    "the operator's prefixes",
    { nationalPrefixes: ['+43', '+4470'], premiumPrefixes: ['+4470', '+43900', '+49180'] },
    [
      ['+4366412345678', '+4366412345678', 'mobile'],
      ['+4312345678', '+4312345678', 'national'],
      ['+43900123456', '+43900123456', 'premium'],
      ['+491805123456', '+491805123456', 'premium'],
    ],
  ],
]

const sites: readonly [name: string, settings: Record<string, unknown>, rows: readonly Row[]][] = [
  ['Berlin', { areaCode: '30' }, berlin],
  [
    'a hotel in Berlin, 0 for outside',
    { areaCode: '30', outsideLinePrefix: '0', emergencyTestNumber: '9112' },
    hotelInBerlin,
  ],
  [
    'New York, 9 for outside',
    { country: 'US', areaCode: '212', outsideLinePrefix: '9', extensionPattern: '[2-7]XXX' },
    newYork,
  ],
  ['Boston', { country: 'US', areaCode: '617', extensionPattern: '[2-7]XXX' }, boston],
  ['London', { country: 'GB', areaCode: '20', extensionPattern: '[2-8]XXX' }, london],
  ['Paris', { country: 'FR', extensionPattern: '[2-9]XX' }, paris],
  ['Rome', { country: 'IT', areaCode: '06', extensionPattern: '[2-7]XX' }, rome],
  ['Madrid', { country: 'ES', extensionPattern: '[2-5]XX' }, madrid],
  ['Sydney', { country: 'AU', areaCode: '2', extensionPattern: '[2-7]XXX' }, sydney],
  ...elsewhere,
]

describe.each(sites)('dialled in %s', (_name, settings, rows) => {
  const plan = new DialPlan(numberingSection.parse(settings))

  for (const [dialled, meaning, callClass] of rows) {
    it(`${dialled} is ${meaning}, ${callClass ?? 'no call outside'}`, () => {
      const read = plan.readDialled(dialled)
      const found = read.kind === 'e164' && callClass !== undefined ? plan.classOf(read.number) : undefined
      expect([meaningOf(read), found]).toEqual([meaning, callClass])
    })
  }
})

it('the table is of a size that means something', () => {
  expect(sites.flatMap(([, , rows]) => rows).length).toBeGreaterThanOrEqual(150)
})
