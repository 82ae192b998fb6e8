import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readCredential } from '../../../src/identity/credential.ts'
import { drawPlace } from '../../../src/identity/credential-issuer.ts'
import { MembershipProblem } from '../../../src/identity/membership-problem.ts'
import { joinedOverlays, OverlayMembership } from '../../../src/identity/overlay-membership.ts'
import { writeRevocation } from '../../../src/identity/revocations.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { SigningKey } from '../../../src/lib/ed25519.ts'

describe('membership on disk', () => {
  let dataDir: string

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'causeway-membership-'))
  })

  afterEach(() => rmSync(dataDir, { recursive: true }))

  const membership = () => new OverlayMembership(dataDir, 'town.example')

  it('what was created is loaded again, with its own credential', () => {
    const created = membership().create(systemClock)
    const loaded = membership().load()
    expect(Buffer.from(loaded.key.publicKey)).toEqual(Buffer.from(created.key.publicKey))
    expect(readCredential(loaded.credential, loaded.trustRoot)).toMatchObject({ overlay: 'town.example' })
    expect(joinedOverlays(dataDir)).toEqual(['town.example'])
    for (const name of ['identity.pem', 'trust-root.pem', 'issuer.json', 'membership.json'])
      expect(statSync(membership().path(name)).mode & 0o777).toBe(0o600)
  })

  it('an overlay is created once: its trust root is never replaced', () => {
    membership().create(systemClock)
    const root = readFileSync(membership().path('trust-root.pem'), 'utf8')
    expect(() => membership().create(systemClock)).toThrow(/already in the overlay/)
    expect(readFileSync(membership().path('trust-root.pem'), 'utf8')).toBe(root)
  })

  it('without the key of the trust root the first box still lets others in', () => {
    const { trustRoot } = membership().create(systemClock)
    rmSync(membership().path('trust-root.pem'))
    const publicKey = SigningKey.generate().publicKey
    const rights = { publicKey, place: drawPlace(), roles: ['peer'] as const, mayServe: ['*'] }
    const credential = membership().issuer()?.issue(rights, Date.now())
    expect(readCredential(credential ?? new Uint8Array(), trustRoot)).toMatchObject({ roles: ['peer'] })
  })

  it('a box that is no member is told what to do', () => {
    expect(() => membership().load()).toThrow(/causeway overlay join <ticket>/)
  })

  it.each(['identity.pem', 'membership.json', 'issuer.json'])('a damaged %s is named', (name) => {
    const { key } = membership().create(systemClock)
    expect(key).toBeDefined()
    writeFileSync(membership().path(name), '{')
    const read = () => [membership().load(), membership().issuer()]
    expect(read).toThrow(MembershipProblem)
    expect(read).toThrow(new RegExp(`${name} cannot be used .*: restore the folder`))
  })

  it('is packed with what is known of revoked boxes, and unpacked nowhere but in its folder', () => {
    const { key } = membership().create(systemClock)
    const statement = membership().issuer()?.revoke(SigningKey.generate().publicKey, Date.now())
    writeRevocation(membership().path('revocations'), statement ?? new Uint8Array())
    const packed = membership().pack()
    expect(Object.keys(packed)).toEqual([
      expect.stringMatching(/^revocations\//),
      ...['identity.pem', 'issuer.json', 'membership.json'],
    ])
    const elsewhere = join(dataDir, 'other')
    const copy = new OverlayMembership(elsewhere, 'town.example')
    copy.unpack({ ...packed, 'revocations/../../../escaped.cbor': Buffer.from('x') })
    expect(Buffer.from(copy.load().key.publicKey)).toEqual(Buffer.from(key.publicKey))
    expect(copy.pack()).toEqual(packed)
    expect(existsSync(join(elsewhere, 'escaped.cbor'))).toBe(false)
    expect(() => copy.unpack(packed)).toThrow(/already in the overlay/)
  })

  it('a damaged note of addresses counts as none', () => {
    membership().create(systemClock)
    membership().noteAddresses(['/ip4/192.0.2.1/tcp/4160'])
    expect(membership().notedAddresses()).toEqual(['/ip4/192.0.2.1/tcp/4160'])
    writeFileSync(membership().path('addresses.json'), '["/ip4')
    expect(membership().notedAddresses()).toBeUndefined()
  })

  it('an identity of another box is noticed', () => {
    membership().create(systemClock)
    writeFileSync(membership().path('identity.pem'), SigningKey.generate().toPem())
    expect(() => membership().load()).toThrow(/membership.json .*another box than identity.pem/)
  })

  it.each(['..', 'town', 'a/b.example', '.example', '-a.example', 'TOWN.example'])(
    '"%s" cannot name an overlay',
    (domain) => {
      expect(() => new OverlayMembership(dataDir, domain)).toThrow(MembershipProblem)
    },
  )
})
