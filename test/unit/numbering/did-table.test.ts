import { describe, expect, it } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'
import { numberingSection } from '../../../src/config/sections/numbering.ts'
import { printAor } from '../../../src/domain/aor.ts'
import { configuredDids } from '../../../src/numbering/configured-dids.ts'
import { DidTable } from '../../../src/numbering/did-table.ts'

describe('direct numbers', () => {
  const table = new DidTable([
    { numbers: ['+49301234500..+49301234599'], to: '2{last:2}@site-a.example' },
    { numbers: ['+49301234500', '+4930999'], to: 'reception@site-a.example' },
    { numbers: ['+49301234510..+49301234519'], to: 'sales@site-a.example' },
    { numbers: ['+4989777(X{1,3})'], to: '{1}@site-b.example' },
    { numbers: ['+4989777(1X)'], to: '5{1}@site-b.example' },
  ])

  it.each([
    ['+49301234501', 'sip:201@site-a.example'],
    ['+49301234599', 'sip:299@site-a.example'],
    ['+49301234500', 'sip:reception@site-a.example'],
    ['+4930999', 'sip:reception@site-a.example'],
    ['+49301234512', 'sip:sales@site-a.example'],
    ['+49897777', 'sip:7@site-b.example'],
    ['+4989777203', 'sip:203@site-b.example'],
    ['+498977712', 'sip:512@site-b.example'],
    ['+49897771234', undefined],
    ['+49301234600', undefined],
    ['+493012345001', undefined],
  ])('%s rings %s', (number, user) => {
    const found = table.userOf(number)
    expect(found && printAor(found)).toBe(user)
  })

  it.each([
    [['+49301', '+49301'], '+49301 is in'],
    [['+493010..+493019', '+493015..+493024'], '+493015 is in'],
    [['+4930(1X)', '+4930(X1)'], '+493011 is in'],
    [['+493010..+493019', '+49301X'], '+493010 is in'],
    [['+493019..+493010'], 'runs backwards'],
    [['+49301..+4930199'], 'same length'],
    [['030123'], 'plus sign'],
    [['+4930000000..+4931000000'], 'at most'],
  ])('%j is refused', (numbers, why) => {
    const dids = numbers.map((each) => ({ numbers: [each], to: 'anna@site-a.example' }))
    expect(numberingSection.safeParse({ dids }).error?.message).toContain(why)
  })

  it.each([
    ['anna', 'no user@domain'],
    ['{1}@site-a.example', 'parentheses'],
  ])('%s is nobody: %s', (to, why) => {
    expect(numberingSection.safeParse({ dids: [{ numbers: ['+49301'], to }] }).error?.message).toContain(why)
  })

  it('users and groups come before the lists, and the lists before trunks', () => {
    const config = configSchema.parse({
      users: [{ aor: '201@site-a.example', numbers: ['+493011'] }],
      groups: [{ aor: '600@site-a.example', members: ['201@site-a.example'], numbers: ['+493012'] }],
      numbering: { dids: [{ numbers: ['+493011..+493014'], to: 'x{last:1}@site-a.example' }] },
      trunks: [
        {
          name: 'carrier',
          server: 'carrier.example',
          dids: { '+493011': 'nobody@site-a.example', '+493013': '202@site-a.example' },
        },
      ],
    })
    const all = new DidTable(configuredDids(config))
    const users = ['+493011', '+493012', '+493013', '+493014'].map((number) => all.userOf(number)?.user)
    expect(users).toEqual(['201', '600', '202', 'x4'])
  })
})
