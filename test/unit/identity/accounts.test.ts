import { describe, expect, it } from 'vitest'
import { aor } from '../../../src/domain/aor.ts'
import { Accounts } from '../../../src/identity/accounts.ts'
import { aUser } from '../../support/a-user.ts'

const users = [
  aUser('201@site-a.example', { aliases: ['ann'], numbers: ['+49301234567'] }),
  aUser('201@pbx.example'),
]
const accounts = new Accounts({ users, domains: ['site-a.example'], hostAliases: ['192.0.2.1'] })

describe('accounts', () => {
  it.each([
    ['201', 'site-a.example', 'sip:201@site-a.example'],
    ['ann', 'SITE-A.example', 'sip:201@site-a.example'],
    ['ann', '192.0.2.1', 'sip:201@site-a.example'],
    ['201', 'pbx.example', 'sip:201@pbx.example'],
    ['ann', 'pbx.example', undefined],
    ['201', 'elsewhere.example', undefined],
  ])('finds %s@%s as %s', (user, domain, expected) => {
    expect(accounts.byAor(aor(user, domain))?.aorText).toBe(expected)
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
