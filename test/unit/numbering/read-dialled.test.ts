import { describe, expect, it } from 'vitest'
import { type NumberingSection, numberingSection } from '../../../src/config/sections/numbering.ts'
import { readDialled } from '../../../src/numbering/read-dialled.ts'

const berlin = numberingSection.parse({ areaCode: '30' })
const withoutArea = numberingSection.parse({})
const hotel = numberingSection.parse({ areaCode: '30', outsideLinePrefix: '0', emergencyTestNumber: '9112' })
const newYork = numberingSection.parse({ country: 'US', areaCode: '212', outsideLinePrefix: '9' })
const boston = numberingSection.parse({ country: 'US', areaCode: '617' })
const london = numberingSection.parse({ country: 'GB', areaCode: '20' })
const madrid = numberingSection.parse({ country: 'ES', areaCode: '91' })
const rome = numberingSection.parse({ country: 'IT', areaCode: '06' })
const sydney = numberingSection.parse({ country: 'AU', areaCode: '2' })
const budapest = numberingSection.parse({ country: 'HU', areaCode: '1' })
const nowhere = numberingSection.parse({ country: 'ZZ' })
const foolish = numberingSection.parse({ country: 'GB', extensionPattern: '^\\d+$', emergencyNumbers: [] })

function reading(digits: string, plan: NumberingSection): string {
  const dialled = readDialled(digits, plan)
  switch (dialled.kind) {
    case 'emergency':
      return `${dialled.isTest ? 'test ' : ''}emergency ${dialled.number}`
    case 'extension':
      return `extension ${dialled.digits}`
    case 'e164':
      return dialled.number
    case 'unknown':
      return 'unknown'
  }
}

const rows: readonly [name: string, plan: NumberingSection, digits: string, meaning: string][] = [
  ['Berlin', berlin, '112', 'emergency 112'],
  ['Berlin', berlin, '+112', 'emergency 112'],
  ['Berlin', berlin, '+49112', 'emergency 112'],
  ['Berlin', berlin, '12', 'extension 12'],
  ['Berlin', berlin, '20113', 'extension 20113'],
  ['Berlin', berlin, '1', 'unknown'],
  ['Berlin', berlin, '2345678', '+49302345678'],
  ['Berlin', berlin, '4930123', '+49304930123'],
  ['Berlin', berlin, '0301234567', '+49301234567'],
  ['Berlin', berlin, '(030) 123-45/67', '+49301234567'],
  ['Berlin', berlin, '089 123456', '+4989123456'],
  ['Berlin', berlin, '0151 23456789', '+4915123456789'],
  ['Berlin', berlin, '0033142685300', '+33142685300'],
  ['Berlin', berlin, '+33142685300', '+33142685300'],
  ['Berlin', berlin, '+999123456', 'unknown'],
  ['Berlin', berlin, '+4912', 'unknown'],
  ['Berlin', berlin, '*21#', 'unknown'],
  ['Berlin', berlin, 'anna', 'unknown'],
  ['Berlin', berlin, '', 'unknown'],
  ['no area code', withoutArea, '0301234567', '+49301234567'],
  ['no area code', withoutArea, '112', 'emergency 112'],
  ['prefix 0', hotel, '112', 'emergency 112'],
  ['prefix 0', hotel, '0112', 'emergency 112'],
  ['prefix 0', hotel, '9112', 'test emergency 9112'],
  ['prefix 0', hotel, '201', 'extension 201'],
  ['prefix 0', hotel, '0030123456', '+4930123456'],
  ['prefix 0', hotel, '02345678', '+49302345678'],
  ['prefix 0', hotel, '00033142685300', '+33142685300'],
  ['prefix 0', hotel, '8912345678', 'unknown'],
  ['prefix 0', hotel, '+33142685300', '+33142685300'],
  ['New York, prefix 9', newYork, '911', 'emergency 911'],
  ['New York, prefix 9', newYork, '9911', 'emergency 911'],
  ['New York, prefix 9', newYork, '95551234', '+12125551234'],
  ['New York, prefix 9', newYork, '92065550123', '+12065550123'],
  ['New York, prefix 9', newYork, '912065550123', '+12065550123'],
  ['New York, prefix 9', newYork, '901149301234567', '+49301234567'],
  ['New York, prefix 9', newYork, '5551234', 'unknown'],
  ['Boston', boston, '5551234', '+16175551234'],
  ['Boston', boston, '2125551234', '+12125551234'],
  ['Boston', boston, '12125551234', '+12125551234'],
  ['Boston', boston, '911', 'emergency 911'],
  ['London', london, '999', 'emergency 999'],
  ['London', london, '02079460958', '+442079460958'],
  ['London', london, '79460958', '+442079460958'],
  ['London', london, '07400123456', '+447400123456'],
  ['Madrid', madrid, '912345678', '+34912345678'],
  ['Madrid', madrid, '112', 'emergency 112'],
  ['Madrid', madrid, '0049301234567', '+49301234567'],
  ['Rome', rome, '0612345678', '+390612345678'],
  ['Rome', rome, '3123456789', '+393123456789'],
  ['Sydney', sydney, '000', 'emergency 000'],
  ['Sydney', sydney, '0293744000', '+61293744000'],
  ['Sydney', sydney, '93744000', '+61293744000'],
  ['Sydney', sydney, '001149301234567', '+49301234567'],
  ['Budapest', budapest, '0612345678', '+3612345678'],
  ['unknown country', nowhere, '0301234567', 'unknown'],
  ['unknown country', nowhere, '+49301234567', '+49301234567'],
  ['unknown country', nowhere, '112', 'emergency 112'],
  ['foolish rules', foolish, '999', 'emergency 999'],
  ['foolish rules', foolish, '112', 'emergency 112'],
]

describe('dialled digits', () => {
  it.each(rows)('%s', (_name, plan, digits, meaning) => {
    expect(`${digits} is ${reading(digits, plan)}`).toBe(`${digits} is ${meaning}`)
  })
})
