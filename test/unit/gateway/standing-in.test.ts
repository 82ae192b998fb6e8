import { describe, expect, it } from 'vitest'
import { type Config, configSchema } from '../../../src/config/schema.ts'
import { aor } from '../../../src/domain/aor.ts'
import { StandingIn } from '../../../src/gateway/standing-in.ts'
import { Accounts } from '../../../src/identity/accounts.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { anExtension } from '../../support/an-extension.ts'

const domain = 'pbx.example'
const ha1 = { realm: 'asterisk', md5: 'f'.repeat(32) }
const ha1OfBox = { md5: 'f'.repeat(32) }

let accounts: Accounts

function standingIn(pbx: Partial<Config['pbxs'][number]> = {}): StandingIn {
  const config = configSchema.parse({
    sip: { domains: ['site-a.example'] },
    users: [
      { aor: '201@site-a.example', password: 'secret' },
      { aor: `101@${domain}`, password: 'secret' },
      { aor: `102@${domain}`, ha1 },
      { aor: `103@${domain}`, ha1: ha1OfBox },
    ],
    pbxs: [{ name: 'main', server: '192.0.2.30', domain, ...pbx }],
  })
  accounts = new Accounts({
    users: config.users,
    domains: ['site-a.example', domain],
    realmOf: () => pbx.realm ?? 'box',
  })
  return new StandingIn({
    config,
    realm: 'box',
    accounts,
    health: { isInCharge: () => false, onStateChange: () => undefined },
    bindings: { all: () => [], lookup: () => [], toldOf: () => [], onExpiry: () => undefined },
    settings: { get: async () => undefined, set: async () => undefined },
    clock: new FakeClock(),
    log: silentLog,
  })
}

const heard = (standIn: StandingIn, ...algorithms: readonly string[]): void => {
  const lines = algorithms.map((name) => `Digest realm="asterisk", nonce="n", algorithm=${name}, qop="auth"`)
  standIn.realms.heard(domain, 'INVITE', { headers: (name) => (name === 'www-authenticate' ? lines : []) })
}

describe('by what a user is asked for his password', () => {
  it('is the realm of the box for its own users', () => {
    expect(standingIn().demandFor(aor('201', 'site-a.example'))).toEqual({ realm: 'box' })
  })

  it('is the realm of the box for those of a PBX that was never heard', () => {
    expect(standingIn().demandFor(aor('101', domain))).toEqual({ realm: 'box' })
  })

  it('is the realm of his PBX as it was heard, with its algorithms; what he has from the box does as well', () => {
    const standIn = standingIn()
    heard(standIn, 'MD5')
    expect(standIn.demandFor(aor('101', domain))).toEqual({
      realm: 'asterisk',
      otherRealms: ['box'],
      algorithms: ['MD5'],
    })
  })

  it('is an algorithm for which there is something to check him by', () => {
    const standIn = standingIn()
    heard(standIn, 'SHA-256', 'MD5')
    expect(standIn.demandFor(aor('101', domain)).algorithms).toEqual(['SHA-256', 'MD5'])
    expect(standIn.demandFor(aor('102', domain)).algorithms).toEqual(['MD5'])
    expect(standIn.demandFor(aor('199', domain)).algorithms).toEqual(['SHA-256', 'MD5'])
  })

  it('is the realm of the box where it could not check him in that of his PBX', () => {
    const standIn = standingIn()
    heard(standIn, 'SHA-256', 'MD5')
    expect(standIn.demandFor(aor('103', domain))).toEqual({
      realm: 'box',
      otherRealms: ['asterisk'],
      algorithms: ['MD5'],
    })
    expect(standIn.hasPassword(aor('103', domain))).toBe(true)
    const other = standingIn({ realm: 'office' })
    expect(other.demandFor(aor('103', domain)).realm).toBe('office')
    expect(other.hasPassword(aor('102', domain))).toBe(false)
    heard(other, 'MD5')
    expect(other.demandFor(aor('102', domain)).realm).toBe('asterisk')
  })

  it('is the realm of the box for those imported before the PBX was heard, else what was imported', () => {
    const told = (realm: string) => {
      const standIn = standingIn()
      const digests = [{ username: '301', realm, algorithm: 'MD5', ha1: 'e'.repeat(32) } as const]
      accounts.setImported(domain, [anExtension('301', { digests })])
      heard(standIn, 'MD5')
      return [standIn.demandFor(aor('301', domain)).realm, standIn.hasPassword(aor('301', domain))]
    }
    expect(told('box')).toEqual(['box', true])
    expect(told('imported')).toEqual(['imported', true])
  })

  it('is the realm of the config before what was heard', () => {
    const standIn = standingIn({ realm: 'office' })
    heard(standIn, 'MD5')
    expect(standIn.demandFor(aor('101', domain))).toMatchObject({
      realm: 'office',
      otherRealms: ['asterisk', 'box'],
    })
  })
})

it('knows who can prove himself, and who is on grace', () => {
  const standIn = standingIn()
  const users = ['101', '102', '199'].map((user) => aor(user, domain))
  expect(users.map((user) => standIn.hasPassword(user))).toEqual([true, false, false])
  expect(users.map((user) => standIn.isOnGrace(user))).toEqual([false, true, true])
  heard(standIn, 'MD5')
  expect(users.map((user) => standIn.hasPassword(user))).toEqual([true, true, false])
  expect(users.map((user) => standIn.isOnGrace(user))).toEqual([false, false, true])
})
