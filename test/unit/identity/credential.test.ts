import { describe, expect, it } from 'vitest'
import {
  type Credential,
  CredentialInvalid,
  issueCredential,
  readCredential,
} from '../../../src/identity/credential.ts'
import { appointIssuer, CredentialIssuer, drawPlace } from '../../../src/identity/credential-issuer.ts'
import { TrustedCredentials } from '../../../src/identity/trusted-credentials.ts'
import { SigningKey } from '../../../src/lib/ed25519.ts'

const now = 1_800_000_000_000
const overlay = 'town.example'
const root = SigningKey.generate()
const issuerKey = SigningKey.generate()
const certificate = appointIssuer(overlay, issuerKey.publicKey, root, now)
const issuer = new CredentialIssuer(overlay, issuerKey, certificate)

function rights(changes: Partial<Credential> = {}): Credential {
  return {
    ...{ overlay, publicKey: SigningKey.generate().publicKey, place: drawPlace(), serial: new Uint8Array(8) },
    ...{ roles: ['peer'], mayServe: ['*'], notBefore: now, notAfter: now + 1_000 },
    ...changes,
  }
}

const trusted = () => new TrustedCredentials(root.publicKey, overlay)

describe('a credential', () => {
  it('of an appointed issuer counts like one of the trust root, and names the issuer', () => {
    const box = rights({ mayServe: ['town.example', 'sip:200-299@town.example'] })
    const read = trusted().read(issuer.issue(box, now))
    expect(read).toMatchObject({ roles: ['peer'], mayServe: box.mayServe, notBefore: now })
    expect(Buffer.from(read.place)).toEqual(Buffer.from(box.place))
    expect(Buffer.from(read.issuer?.publicKey ?? [])).toEqual(Buffer.from(issuerKey.publicKey))
    expect(trusted().read(issueCredential(rights(), root)).issuer).toBeUndefined()
  })

  it('of an issuer that another root appointed is refused', () => {
    const twin = SigningKey.generate()
    const foreign = appointIssuer(overlay, issuerKey.publicKey, twin, now)
    expect(() => trusted().read(issueCredential(rights(), issuerKey, foreign))).toThrow(
      /issuer was not appointed by this overlay's trust root/,
    )
    expect(() => trusted().read(issueCredential(rights(), twin))).toThrow(CredentialInvalid)
  })

  it('of a box that is no issuer is refused, whatever that box calls itself', () => {
    const member = SigningKey.generate()
    const ofRoot = issueCredential(rights({ publicKey: member.publicKey }), root)
    expect(() => trusted().read(issueCredential(rights(), member, ofRoot))).toThrow(/is no issuer/)
    const ofIssuer = issueCredential(
      rights({ publicKey: member.publicKey, roles: ['issuer'] }),
      issuerKey,
      certificate,
    )
    expect(() => trusted().read(issueCredential(rights(), member, ofIssuer))).toThrow(
      /not appointed by the trust root/,
    )
  })

  it("signed by another key than the certificate's is refused", () => {
    const thief = SigningKey.generate()
    expect(() => trusted().read(issueCredential(rights(), thief, certificate))).toThrow(CredentialInvalid)
  })

  it('for another overlay is refused, also when its issuer is of this one', () => {
    const elsewhere = rights({ overlay: 'other.example' })
    expect(() => trusted().read(issueCredential(elsewhere, root))).toThrow(/for the overlay other.example/)
    expect(() => trusted().read(issueCredential(elsewhere, issuerKey, certificate))).toThrow(
      /another overlay/,
    )
  })

  it("the issuer's certificate itself makes no member", () => {
    expect(() => trusted().read(certificate)).toThrow(/does not make a member/)
  })

  it('ends with its issuer', () => {
    const long = rights({ notBefore: 0, notAfter: Number.MAX_SAFE_INTEGER })
    const read = readCredential(issueCredential(long, issuerKey, certificate), root.publicKey)
    expect(read.notBefore).toBe(now)
    expect(read.notAfter).toBe(read.issuer?.notAfter)
  })

  it('has no room for endless lists of names', () => {
    const mayServe = Array.from({ length: 64 }, (_, place) => `sip:a-long-user-name-${place}@town.example`)
    expect(() => issuer.issue(rights({ mayServe }), now)).toThrow(/domains or number ranges/)
  })
})
