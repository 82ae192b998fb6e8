import { describe, expect, it } from 'vitest'
import { appointIssuer, CredentialIssuer, revokeByRoot } from '../../../src/identity/credential-issuer.ts'
import { signRevocation } from '../../../src/identity/revocation.ts'
import { RevocationList } from '../../../src/identity/revocation-list.ts'
import { SigningKey } from '../../../src/lib/ed25519.ts'

const now = 1_800_000_000_000
const day = 86_400_000
const overlay = 'town.example'
const root = SigningKey.generate()
const box = SigningKey.generate().publicKey

function someIssuer(trustRoot = root, domain = overlay): { key: SigningKey; issuer: CredentialIssuer } {
  const key = SigningKey.generate()
  const certificate = appointIssuer(domain, key.publicKey, trustRoot, now)
  return { key, issuer: new CredentialIssuer(domain, key, certificate) }
}

const list = () => new RevocationList(overlay, root.publicKey)
const credentialOf = (publicKey: Uint8Array, issuer?: Uint8Array) => ({
  publicKey,
  issuer: issuer && { publicKey: issuer },
})

describe('the list of revoked boxes', () => {
  it('believes an issuer about a box, and the trust root', () => {
    for (const statement of [someIssuer().issuer.revoke(box, now), revokeByRoot(overlay, box, root, now)]) {
      const revoked = list()
      expect(revoked.isRevoked(credentialOf(box))).toBe(false)
      expect(revoked.add(statement, now)).toBe(true)
      expect(revoked.isRevoked(credentialOf(box))).toBe(true)
      expect(revoked.isRevoked(credentialOf(root.publicKey))).toBe(false)
    }
  })

  it('believes nobody else', () => {
    const thief = SigningKey.generate()
    const twin = SigningKey.generate()
    const term = { publicKey: box, at: now, until: now + day }
    const revoked = list()
    for (const statement of [
      signRevocation(term, overlay, thief),
      someIssuer(twin).issuer.revoke(box, now),
      someIssuer(root, 'other.example').issuer.revoke(box, now),
      signRevocation(term, 'other.example', root),
      new Uint8Array(20),
      new Uint8Array(5_000),
    ])
      expect(revoked.add(statement, now)).toBe(false)
    expect(revoked.isRevoked(credentialOf(box))).toBe(false)
  })

  it('an issuer is revoked by the trust root alone, with all that it issued and revoked', () => {
    const rogue = someIssuer()
    const honest = someIssuer()
    const revoked = list()
    revoked.add(rogue.issuer.revoke(box, now), now)
    revoked.add(honest.issuer.revoke(rogue.key.publicKey, now), now)
    // One issuer throws the other's box out, not what that one issued.
    expect(revoked.isRevoked(credentialOf(rogue.key.publicKey))).toBe(true)
    const other = SigningKey.generate().publicKey
    expect(revoked.isRevoked(credentialOf(other, rogue.key.publicKey))).toBe(false)
    revoked.add(revokeByRoot(overlay, rogue.key.publicKey, root, now), now)
    expect(revoked.isRevoked(credentialOf(other, rogue.key.publicKey))).toBe(true)
    expect(revoked.isRevoked(credentialOf(box, honest.key.publicKey))).toBe(false)
  })

  it('two boxes that exchange what they have agree, whatever the order', () => {
    const { issuer } = someIssuer()
    const others = [box, ...Array.from({ length: 4 }, () => SigningKey.generate().publicKey)]
    const statements = [...others.map((key) => issuer.revoke(key, now)), issuer.revoke(box, now + 1)]
    const one = list()
    const other = list()
    for (const statement of statements) one.add(statement, now)
    for (const statement of statements.toReversed()) other.add(statement, now)
    expect(other.mark).toEqual(one.mark)
    expect(one.statements()).toHaveLength(5)
    expect(one.mark).not.toEqual(list().mark)
    expect(one.add(statements[0] ?? box, now)).toBe(false)
  })

  it('lets go of a statement when no credential of that box can be good any more', () => {
    const revoked = list()
    const statement = someIssuer().issuer.revoke(box, now)
    revoked.add(statement, now)
    revoked.sweep(now + 180 * day - 1)
    expect(revoked.isRevoked(credentialOf(box))).toBe(true)
    revoked.sweep(now + 180 * day)
    expect(revoked.isRevoked(credentialOf(box))).toBe(false)
    expect(revoked.mark).toEqual(list().mark)
    expect(revoked.add(statement, now + 180 * day)).toBe(false)
  })

  it('a rogue issuer cannot fill it for the trust root', () => {
    const revoked = list()
    const { issuer } = someIssuer()
    for (let count = 0; count < 250; count++) {
      const key = new Uint8Array(32)
      key[0] = count
      key[1] = 1
      revoked.add(issuer.revoke(key, now), now)
    }
    expect(revoked.statements()).toHaveLength(240)
    expect(revoked.add(revokeByRoot(overlay, issuer.publicKey, root, now), now)).toBe(true)
    expect(revoked.isRevoked(credentialOf(box, issuer.publicKey))).toBe(true)
  })
})
