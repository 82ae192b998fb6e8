import { describe, expect, it } from 'vitest'
import { numberingSection } from '../../../src/config/sections/numbering.ts'
import { DialPlan } from '../../../src/numbering/dial-plan.ts'
import { meaningOf } from './meaning.ts'

const section = numberingSection.parse({
  areaCode: '30',
  extensionPattern: '2XX',
  rules: [
    { match: '8(XXX)', dial: '+49891234{1}' },
    { match: '7(XX)', dial: '2{1}@site-b.example' },
    { match: '0190.|0900.', refuse: 'no premium numbers from here' },
    { match: '010XX(0.)', dial: '{1}' },
    { match: '*8(.)', dial: '{1}' },
    { match: '5XX', dial: '2{last:2}' },
    { match: '6', dial: '112' },
    { match: '40(.)', dial: '8{1}' },
  ],
  shortNumbers: { '77': '+49800330200', '7X': 'night@site-a.example', '8000': 'reception@site-a.example' },
})
const plan = new DialPlan(section)

describe("a site's own rules", () => {
  it.each([
    ['8123', '+49891234123', 'a rule writes the number in full'],
    ['712', 'sip:212@site-b.example', 'a rule leads to a user elsewhere'],
    ['0190 123456', 'refused: no premium numbers from here', 'a rule refuses'],
    ['01012 030 22730', '+493022730', "a carrier's prefix is taken away"],
    ['*8030 22730', '+493022730', 'a key before the number is taken away'],
    ['512', 'extension 212', 'a rule leads to an extension'],
    ['6', 'emergency 112', 'a rule leads to the emergency number'],
    ['40123', '+49308123', 'what a rule makes is read by no second rule'],
    ['77', '+49800330200', 'an exact short number comes before a wider one'],
    ['78', 'sip:night@site-a.example', 'the wider short number'],
    ['8000', 'sip:reception@site-a.example', 'short numbers come before rules'],
    ['112', 'emergency 112', 'emergency numbers come before everything'],
    ['212', 'extension 212', 'what no rule fits is read as ever'],
  ])('%s is %s: %s', (dialled, meaning) => {
    expect(meaningOf(plan.readDialled(dialled))).toBe(meaning)
  })

  it.each([
    [{ match: '8(XX)', dial: '{2}' }, 'parentheses'],
    [{ match: '8', dial: '1', refuse: 'no' }, 'either'],
    [{ match: '8' }, 'either'],
    [{ match: '\\d+', dial: '1' }, 'no regular expression'],
  ])('%j is refused', (rule, why) => {
    const parsed = numberingSection.safeParse({ rules: [rule] })
    expect(parsed.error?.message).toContain(why)
  })

  it.each([
    ['phones', undefined, '003022732152', '+493022732152'],
    ['phones', undefined, '03022732152', '+49303022732152'],
    ['a PBX that removes the prefix', 'main', '03022732152', '+493022732152'],
    ['a PBX that removes the prefix', 'main', '0112', 'emergency 112'],
    ['a PBX with another prefix', 'old', '903022732152', '+493022732152'],
    ['a PBX with another prefix', 'old', '9112', 'emergency 112'],
    ['a PBX without a prefix of its own', 'new', '003022732152', '+493022732152'],
  ])('digits of %s (%s): %s is %s', (_who, pbx, digits, meaning) => {
    const site = numberingSection.parse({ areaCode: '30', extensionPattern: '2XX', outsideLinePrefix: '0' })
    const pbxs = [
      { name: 'main', outsideLinePrefix: '' },
      { name: 'old', outsideLinePrefix: '9' },
      { name: 'new', outsideLinePrefix: undefined },
    ]
    expect(meaningOf(new DialPlan(site, [], pbxs).readDialled(digits, pbx))).toBe(meaning)
  })

  it('a time zone has to exist', () => {
    expect(numberingSection.safeParse({ timeZone: 'Mars/Olympus' }).success).toBe(false)
    expect(new DialPlan(numberingSection.parse({ timeZone: 'Europe/Berlin' })).timeZone).toBe('Europe/Berlin')
  })
})
