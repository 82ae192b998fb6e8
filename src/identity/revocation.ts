import { decodeCborMap, encodeCbor } from '../lib/cbor.ts'
import { isSignedBy, publicKeyBytes, type SigningKey, signatureBytes } from '../lib/ed25519.ts'
import { CredentialInvalid, longestCredential, readCertificate } from './credential.ts'

/** Somebody with the right to say so says: the box with this key is out. */
export interface Revocation {
  /** The raw Ed25519 key of the box, or of the issuer. */
  readonly publicKey: Uint8Array
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  /** From then on no credential of that box can be good anyhow, and the statement is forgotten. */
  readonly until: number
}

/** A revocation whose signature is good. */
export interface CheckedRevocation extends Revocation {
  /** Raw key of the issuer that signed it; undefined when the trust root did. */
  readonly signer: Uint8Array | undefined
  /** As it travels. */
  readonly bytes: Uint8Array
}

/** Longest statement as it travels, in bytes. */
export const longestRevocation = 1_024

const noCertificate = new Uint8Array()

/** Signs with the trust root's key, or with that of an issuer, whose certificate then goes along. */
export function signRevocation(
  revocation: Revocation,
  overlay: string,
  signer: SigningKey,
  certificate: Uint8Array = noCertificate,
): Uint8Array {
  const body = encodeCbor({ ...revocation })
  return encodeCbor({ body, signature: signer.sign(signedText(overlay, body)), issuer: certificate })
}

/** Throws `CredentialInvalid`, `MalformedCbor`. Does not look at the time. */
export function readRevocation(
  received: Uint8Array,
  overlay: string,
  trustRoot: Uint8Array,
): CheckedRevocation {
  const bytes = received.slice()
  const fields = decodeCborMap(bytes)
  const body = fields.bytes('body', longestRevocation)
  const signature = fields.bytes('signature', signatureBytes)
  const certificate = fields.bytes('issuer', longestCredential)
  fields.end()
  const signer = certificate.length > 0 ? readCertificate(certificate, trustRoot) : undefined
  if (signer && signer.overlay !== overlay) throw new CredentialInvalid('its signer is of another overlay')
  if (!isSignedBy(signer?.publicKey ?? trustRoot, signedText(overlay, body), signature))
    throw new CredentialInvalid('its signature is not that of an issuer of this overlay')
  return { ...readBody(body), signer: signer?.publicKey, bytes }
}

function readBody(bytes: Uint8Array): Revocation {
  const fields = decodeCborMap(bytes)
  const revocation = {
    publicKey: fields.bytes('publicKey', publicKeyBytes),
    at: fields.count('at'),
    until: fields.count('until'),
  }
  fields.end()
  return revocation
}

/** The signature names the overlay, so that a statement is worth nothing in another one. */
function signedText(overlay: string, body: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`causeway revocation 1\n${overlay}\n`), body])
}
