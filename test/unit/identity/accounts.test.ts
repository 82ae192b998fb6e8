import { beforeEach, describe, expect, it } from 'vitest'
import { aor } from '../../../src/domain/aor.ts'
import { Accounts } from '../../../src/identity/accounts.ts'
import { aUser } from '../../support/a-user.ts'
import { anExtension } from '../../support/an-extension.ts'

const users = [
  aUser('201@site-a.example', { aliases: ['ann'], numbers: ['+49301234567'] }),
  aUser('201@pbx.example'),
  aUser('202@pbx.example'),
]
const hostAliases = new Map([
  ['192.0.2.1', ['site-a.example', 'pbx.example']],
  ['192.0.2.30', ['pbx.example']],
])
const accounts = new Accounts({ users, domains: ['site-a.example'], hostAliases })

describe('accounts', () => {
  it.each([
    ['201', 'site-a.example', 'sip:201@site-a.example'],
    ['ann', 'SITE-A.example', 'sip:201@site-a.example'],
    ['ann', '192.0.2.1', 'sip:201@site-a.example'],
    ['201', '192.0.2.1', 'sip:201@site-a.example'],
    ['202', '192.0.2.1', 'sip:202@pbx.example'],
    ['201', '192.0.2.30', 'sip:201@pbx.example'],
    ['201', 'pbx.example', 'sip:201@pbx.example'],
    ['ann', 'pbx.example', undefined],
    ['201', 'elsewhere.example', undefined],
  ])('finds %s@%s as %s', (user, domain, expected) => {
    expect(accounts.byAor(aor(user, domain))?.aorText).toBe(expected)
  })

  it('keeps a user whom nobody knows under the last of the domains that his address stands for', () => {
    expect(accounts.nameHere(aor('299', '192.0.2.1'))).toEqual(aor('299', 'pbx.example'))
    expect(accounts.nameHere(aor('ann', '192.0.2.1'))).toEqual(aor('201', 'site-a.example'))
    expect(accounts.nameHere(aor('299', '192.0.2.99'))).toBeUndefined()
  })

  it('finds the owner of a number', () => {
    expect(accounts.byNumber('+49301234567')?.aorText).toBe('sip:201@site-a.example')
    expect(accounts.byNumber('+49301234568')).toBeUndefined()
  })

  it('keeps passwords out of what it hands out', () => {
    expect(JSON.stringify(accounts.all)).not.toContain('secret')
  })

  it('refuses two users with one name', () => {
    const clash = [aUser('201@site-a.example'), aUser('202@site-a.example', { aliases: ['201'] })]
    expect(() => new Accounts({ users: clash, domains: [] })).toThrow(/claimed by both/)
  })
})

describe('accounts that a PBX has told of', () => {
  const ha1 = 'a'.repeat(32)
  const told = anExtension('301', {
    displayName: 'Dora',
    aliases: ['31'],
    numbers: ['+4930555301'],
    digests: [{ username: 'desk-301', realm: 'asterisk', algorithm: 'MD5', ha1 }],
  })
  let box: Accounts

  beforeEach(() => {
    box = new Accounts({ users, domains: ['pbx.example'], importedMayDial: ['internal', 'national'] })
  })

  const find = (name: string) => box.byAor(aor(name, 'pbx.example'))

  it('are found by every name, and go as they came: all at once', () => {
    expect(box.setImported('pbx.example', [told])).toEqual([])
    expect(find('31')).toMatchObject({ aorText: 'sip:301@pbx.example', displayName: 'Dora' })
    expect(find('301')?.mayDial).toEqual(['internal', 'national'])
    expect(box.byNumber('+4930555301')).toBe(find('301'))
    box.setImported('pbx.example', [])
    expect([find('301'), box.byNumber('+4930555301'), box.byUsername('desk-301')]).toEqual([
      undefined,
      undefined,
      [],
    ])
    expect(box.all).toHaveLength(users.length)
  })

  it('have digests for one username, realm and algorithm each', () => {
    box.setImported('pbx.example', [told])
    const [account] = box.byUsername('desk-301')
    if (!account) throw new Error('not found by the username of the digest')
    expect(account).toBe(find('301'))
    expect(find('desk-301')).toBeUndefined()
    expect(box.ha1(account, 'MD5', 'desk-301', 'asterisk')).toBe(ha1)
    expect(box.ha1(account, 'MD5', '301', 'asterisk')).toBeUndefined()
    expect(box.ha1(account, 'MD5', 'desk-301', 'pbx.example')).toBeUndefined()
    expect(box.algorithmsIn(account, 'asterisk')).toEqual(['MD5'])
    expect(box.canProve(account, 'pbx.example')).toBe(false)
    expect(box.usernameIn(account, 'asterisk')).toBe('desk-301')
    expect(box.importedRealm('pbx.example')).toBe('asterisk')
  })

  it('the config wins, is filled in, and keeps its names', () => {
    const conflicts = box.setImported('pbx.example', [
      anExtension('201', { displayName: 'Told', aliases: ['21'], mayDial: ['internal'] }),
      anExtension('202', { aliases: ['21', '201'] }),
      anExtension('203', { numbers: ['+49301234567'] }),
    ])
    expect(find('21')).toMatchObject({ aorText: 'sip:201@pbx.example', displayName: 'Told' })
    expect(find('201')?.mayDial).toEqual(aUser('201@pbx.example').mayDial)
    expect(box.byNumber('+49301234567')?.aorText).toBe('sip:201@site-a.example')
    expect(conflicts).toEqual([
      'sip:21@pbx.example is claimed by both sip:201@pbx.example and sip:202@pbx.example',
      'sip:201@pbx.example is claimed by both sip:201@pbx.example and sip:202@pbx.example',
      '+49301234567 is claimed by both sip:201@site-a.example and sip:203@pbx.example',
    ])
  })

  it('those of another PBX stay', () => {
    box.setImported('pbx.example', [told])
    box.setImported('site-a.example', [anExtension('401')])
    expect(find('301')).toBeDefined()
    expect(box.all).toHaveLength(users.length + 2)
  })
})
