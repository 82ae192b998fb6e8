import { decodeCborMap, encodeCbor } from '../lib/cbor.ts'
import { isSignedBy, publicKeyBytes, type SigningKey, signatureBytes } from '../lib/ed25519.ts'

/** What a trust root says of a box: this key belongs to the overlay, with these rights, for that time. */
export interface Credential {
  /** The overlay's domain. */
  readonly overlay: string
  /** The box's raw Ed25519 key. */
  readonly publicKey: Uint8Array
  readonly roles: readonly CredentialRole[]
  /** Domains whose users it may announce: `*`, `example.org`, or `*.example.org` for those below it. */
  readonly mayServe: readonly string[]
  /** Milliseconds since the Unix epoch. */
  readonly notBefore: number
  readonly notAfter: number
}

/** A `peer` stores and routes for others. */
export type CredentialRole = 'peer'

/** Bytes that are no credential of the trust root in question. */
export class CredentialInvalid extends Error {
  override readonly name = 'CredentialInvalid'
}

const purpose = Buffer.from('causeway credential 1\n')
const roles: ReadonlySet<string> = new Set<CredentialRole>(['peer'])

export function issueCredential(credential: Credential, trustRoot: SigningKey): Uint8Array {
  const body = encodeCbor({ ...credential })
  return encodeCbor({ body, signature: trustRoot.sign(Buffer.concat([purpose, body])) })
}

/** Throws `CredentialInvalid`. Does not look at the time. */
export function readCredential(bytes: Uint8Array, trustRoot: Uint8Array): Credential {
  const { body, signature } = open(bytes)
  if (!isSignedBy(trustRoot, Buffer.concat([purpose, body]), signature))
    throw new CredentialInvalid("it was not issued by this overlay's trust root")
  return readBody(body)
}

function open(bytes: Uint8Array): { body: Uint8Array; signature: Uint8Array } {
  try {
    const fields = decodeCborMap(bytes)
    const parts = { body: fields.bytes('body', 4_096), signature: fields.bytes('signature', signatureBytes) }
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
      publicKey: fields.bytes('publicKey', publicKeyBytes),
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
