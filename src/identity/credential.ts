import { decodeCborMap, encodeCbor } from '../lib/cbor.ts'
import { isSignedBy, publicKeyBytes, type SigningKey, signatureBytes } from '../lib/ed25519.ts'

/** What the overlay's trust root, or an issuer that it appointed, says of a box. */
export interface Credential {
  /** The overlay's domain. */
  readonly overlay: string
  /** The box's raw Ed25519 key. */
  readonly publicKey: Uint8Array
  /**
   * Where the box stands among the others, drawn by the issuer (RFC 6940 §11.3): a box cannot choose whose records it
   * will hold. 16 bytes; a renewed credential keeps it.
   */
  readonly place: Uint8Array
  /** Tells two credentials of one box apart; 8 bytes. */
  readonly serial: Uint8Array
  readonly roles: readonly CredentialRole[]
  /** Whose users it may announce, as name patterns: `*`, `example.org`, `sip:2*@example.org`, `sip:200-299@example.org`. */
  readonly mayServe: readonly string[]
  /** Milliseconds since the Unix epoch. */
  readonly notBefore: number
  readonly notAfter: number
}

/** A `peer` stores and routes for others, a `client` only uses the overlay, an `issuer` signs credentials of others. */
export type CredentialRole = 'peer' | 'client' | 'issuer'

/** A credential whose signatures are good, with the issuer's own one unless the trust root itself signed. */
export interface ChainedCredential extends Credential {
  readonly issuer: Credential | undefined
}

/** Bytes that are no credential of the trust root in question. */
export class CredentialInvalid extends Error {
  override readonly name = 'CredentialInvalid'
}

export const placeBytes = 16
export const serialBytes = 8
/** A record carries its signer's credential, so the whole must stay small. */
export const longestCredential = 2_048

const purpose = Buffer.from('causeway credential 2\n')
const roles: ReadonlySet<string> = new Set<CredentialRole>(['peer', 'client', 'issuer'])
const noCertificate = new Uint8Array()

/** Signs with the trust root's key, or with that of an issuer, whose certificate then goes along. Throws `CredentialInvalid`. */
export function issueCredential(
  credential: Credential,
  signer: SigningKey,
  certificate: Uint8Array = noCertificate,
): Uint8Array {
  const body = encodeCbor({ ...credential, roles: [...credential.roles] })
  const bytes = encodeCbor({
    body,
    signature: signer.sign(Buffer.concat([purpose, body])),
    issuer: certificate,
  })
  if (bytes.length > longestCredential)
    throw new CredentialInvalid('a credential has no room for so many names: give domains or number ranges')
  return bytes
}

/** Throws `CredentialInvalid`. Does not look at the time. The rights of the chain end where those of its issuer end. */
export function readCredential(bytes: Uint8Array, trustRoot: Uint8Array): ChainedCredential {
  const { body, signature, certificate } = open(bytes)
  const issuer = certificate.length > 0 ? readCertificate(certificate, trustRoot) : undefined
  if (!isSignedBy(issuer?.publicKey ?? trustRoot, Buffer.concat([purpose, body]), signature))
    throw new CredentialInvalid("it was not issued by this overlay's trust root")
  const credential = readBody(body)
  if (!issuer) return { ...credential, issuer }
  if (credential.overlay !== issuer.overlay)
    throw new CredentialInvalid('its issuer belongs to another overlay')
  return {
    ...credential,
    issuer,
    notBefore: Math.max(credential.notBefore, issuer.notBefore),
    notAfter: Math.min(credential.notAfter, issuer.notAfter),
  }
}

/** What the trust root signed for an issuer. Throws `CredentialInvalid`. */
export function readCertificate(bytes: Uint8Array, trustRoot: Uint8Array): Credential {
  const { body, signature, certificate } = open(bytes)
  // A chain has two links: what an issuer signs makes no issuer.
  if (certificate.length > 0) throw new CredentialInvalid('its issuer was not appointed by the trust root')
  if (!isSignedBy(trustRoot, Buffer.concat([purpose, body]), signature))
    throw new CredentialInvalid("its issuer was not appointed by this overlay's trust root")
  const credential = readBody(body)
  if (!credential.roles.includes('issuer')) throw new CredentialInvalid('who issued it is no issuer')
  return credential
}

function open(bytes: Uint8Array): { body: Uint8Array; signature: Uint8Array; certificate: Uint8Array } {
  try {
    const fields = decodeCborMap(bytes)
    const parts = {
      body: fields.bytes('body', longestCredential),
      signature: fields.bytes('signature', signatureBytes),
      certificate: fields.bytes('issuer', longestCredential),
    }
    fields.end()
    return parts
  } catch (cause) {
    throw new CredentialInvalid('it is not a credential', { cause })
  }
}

function readBody(body: Uint8Array): Credential {
  try {
    const fields = decodeCborMap(body)
    const credential = {
      overlay: fields.text('overlay'),
      publicKey: exactly(fields.bytes('publicKey', publicKeyBytes), publicKeyBytes),
      place: exactly(fields.bytes('place', placeBytes), placeBytes),
      serial: exactly(fields.bytes('serial', serialBytes), serialBytes),
      // Roles of later versions are not ours to judge: unknown ones give no rights.
      roles: fields.texts('roles').filter((role): role is CredentialRole => roles.has(role)),
      mayServe: fields.texts('mayServe'),
      notBefore: fields.count('notBefore'),
      notAfter: fields.count('notAfter'),
    }
    fields.end()
    return credential
  } catch (cause) {
    throw new CredentialInvalid('it is of a kind that this version does not know', { cause })
  }
}

function exactly(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw new RangeError(`${length} bytes were expected`)
  return bytes
}
