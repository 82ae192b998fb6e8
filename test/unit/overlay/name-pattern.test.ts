import { describe, expect, it } from 'vitest'
import { coversAor, mayAnnounce, readNamePattern } from '../../../src/overlay/trust/name-pattern.ts'

describe('whose users a box may announce', () => {
  it.each([
    ['*', 'sip:anna@town.example', true],
    ['town.example', 'sip:anna@town.example', true],
    ['town.example', 'sip:anna@north.town.example', false],
    ['*.town.example', 'sip:anna@north.town.example', true],
    ['*.town.example', 'sip:anna@town.example', false],
    ['*.town.example', 'sip:anna@eviltown.example', false],
    ['town.example', 'sip:anna@town.example@evil.example', false],
    ['sip:anna@town.example', 'sip:anna@town.example', true],
    ['sip:anna@town.example', 'sip:annabel@town.example', false],
    ['sip:anna@town.example', 'sip:anna@evil.example', false],
    ['sip:2*@town.example', 'sip:217@town.example', true],
    ['sip:2*@town.example', 'sip:317@town.example', false],
    ['sip:*@*.example', 'sip:anna@town.example', true],
    ['sip:200-299@town.example', 'sip:200@town.example', true],
    ['sip:200-299@town.example', 'sip:299@town.example', true],
    ['sip:200-299@town.example', 'sip:300@town.example', false],
    ['sip:200-299@town.example', 'sip:2500@town.example', false],
    ['sip:200-299@town.example', 'sip:25@town.example', false],
    ['sip:200-299@town.example', 'sip:25a@town.example', false],
    ['sip:+49301200-49301299@town.example', 'sip:+49301250@town.example', true],
    ['sip:+49301200-49301299@town.example', 'sip:49301250@town.example', false],
  ])('%s for %s: %s', (pattern, aor, covered) => {
    expect(coversAor(pattern, aor)).toBe(covered)
  })

  it('no more than the issuer had to give', () => {
    const credential = {
      mayServe: ['*'],
      issuer: { publicKey: new Uint8Array(32), mayServe: ['school.example'] },
    }
    expect(mayAnnounce(credential, 'sip:anna@school.example')).toBe(true)
    expect(mayAnnounce(credential, 'sip:anna@town.example')).toBe(false)
    expect(mayAnnounce({ ...credential, issuer: undefined }, 'sip:anna@town.example')).toBe(true)
  })

  it('is read as people write it', () => {
    expect(readNamePattern('Town.Example')).toBe('town.example')
    expect(readNamePattern('sips:Anna@TOWN.example')).toBe('sip:Anna@town.example')
    expect(readNamePattern('200-299@town.example')).toBe('sip:200-299@town.example')
    expect(readNamePattern('2*@*')).toBe('sip:2*@*')
    for (const none of [
      '',
      '@town.example',
      'anna@',
      '2*3@town.example',
      '299-200@town.example',
      '2-30@t.example',
      'a b@c.d',
      'town example',
    ])
      expect(readNamePattern(none), none).toBeUndefined()
  })
})
