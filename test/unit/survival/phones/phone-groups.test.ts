import { describe, expect, it } from 'vitest'
import { pbxEntry } from '../../../../src/config/sections/pbxs.ts'
import { aor } from '../../../../src/domain/aor.ts'
import { PhoneGroups } from '../../../../src/survival/phones/phone-groups.ts'
import { shortExpiry } from '../../../../src/survival/phones/short-expiry.ts'

const entry = pbxEntry.parse({
  name: 'office',
  server: '192.0.2.30',
  domain: 'office.example',
  phoneGroups: [
    { name: 'sales', users: ['2XX'], way: 'backup' },
    { name: 'lobby', users: ['door', '299', '300'] },
  ],
})
const groups = new PhoneGroups([entry])
const user = (name: string, domain = 'office.example') => aor(name, domain)

describe('phones of a PBX', () => {
  it.each([
    ['201', 'backup', 'sales'],
    ['299', 'backup', 'sales'],
    ['300', 'front', 'lobby'],
    ['door', 'front', 'lobby'],
    ['2011', 'front', undefined],
    ['anna', 'front', undefined],
  ])('%s stands to it by way of %s, in the group %s', (name, way, group) => {
    expect(groups.wayOf(user(name))).toBe(way)
    expect(groups.groupOf(user(name))?.name).toBe(group)
  })

  it('are none of ours in another domain', () => {
    expect(groups.wayOf(user('201', 'far.example'))).toBeUndefined()
  })

  it('are found by the name of their group', () => {
    const all = ['sip:201@office.example', 'sip:300@office.example', 'sip:201@far.example']
    expect(groups.usersOf('sales', all)).toEqual(['sip:201@office.example'])
    expect(groups.named('lobby')).toMatchObject([{ pbx: 'office', domain: 'office.example', way: 'front' }])
  })

  it('are refused when a pattern is none', () => {
    expect(() => pbxEntry.parse({ ...entry, phoneGroups: [{ name: 'x', users: ['2[X'] }] })).toThrow()
  })
})

describe('registrations that the box grants', () => {
  const pbxs = { isInCharge: () => false as boolean }
  const limit = (random: number) => shortExpiry({ ways: groups, pbxs, seconds: 60, random: () => random })

  it('are short in place of a PBX, and no two of the same length for long', () => {
    expect(limit(0)(user('300'))).toBe(60)
    expect(limit(0.5)(user('300'))).toBe(54)
    expect(limit(0.999)(user('201'))).toBe(48)
  })

  it('are as long as ever for users without a PBX, and for phones with two servers while theirs lives', () => {
    expect(limit(0)(user('anna', 'site-a.example'))).toBeUndefined()
    pbxs.isInCharge = () => true
    expect(limit(0)(user('201'))).toBeUndefined()
    expect(limit(0)(user('300'))).toBe(60)
  })
})
