import { randomBytes } from 'node:crypto'
import type { SigningKey } from '../lib/ed25519.ts'
import { type Credential, issueCredential, placeBytes, serialBytes } from './credential.ts'
import { signRevocation } from './revocation.ts'

const day = 86_400_000
/** How long a box's credential is good, in milliseconds; it is renewed at two thirds of that. */
const credentialLifetime = 90 * day
/** How long an issuer may issue. Long, for only the trust root, which is kept offline, can appoint it again. */
const issuerLifetime = 10 * 365 * day

/** Twice a credential's life: an issuer that has not heard of a revocation may still renew. */
const revocationLifetime = 2 * credentialLifetime

/** What an issuer decides about a box. */
export type BoxRights = Pick<Credential, 'publicKey' | 'place' | 'roles' | 'mayServe'>

/** A box that the trust root appointed to let others in: its own key, and the root's word for it. */
export class CredentialIssuer {
  readonly overlay: string
  readonly publicKey: Uint8Array
  readonly #key: SigningKey
  readonly #certificate: Uint8Array

  constructor(overlay: string, key: SigningKey, certificate: Uint8Array) {
    this.overlay = overlay
    this.publicKey = key.publicKey
    this.#key = key
    this.#certificate = certificate
  }

  /** A credential that is good from now on. Throws `CredentialInvalid` when it would be too long. */
  issue(rights: BoxRights, now: number): Uint8Array {
    const { publicKey, place, roles, mayServe } = rights
    const credential: Credential = {
      overlay: this.overlay,
      ...{ publicKey, place, roles, mayServe },
      serial: randomBytes(serialBytes),
      notBefore: now,
      notAfter: now + credentialLifetime,
    }
    return issueCredential(credential, this.#key, this.#certificate)
  }

  /** The statement that a box is out. */
  revoke(publicKey: Uint8Array, now: number): Uint8Array {
    const revocation = { publicKey, at: now, until: now + revocationLifetime }
    return signRevocation(revocation, this.overlay, this.#key, this.#certificate)
  }
}

/** The trust root's word that the box with this key may issue credentials. */
export function appointIssuer(
  overlay: string,
  publicKey: Uint8Array,
  trustRoot: SigningKey,
  now: number,
): Uint8Array {
  const certificate: Credential = {
    ...{ overlay, publicKey },
    place: drawPlace(),
    serial: randomBytes(serialBytes),
    roles: ['issuer'],
    mayServe: ['*'],
    notBefore: now,
    notAfter: now + issuerLifetime,
  }
  return issueCredential(certificate, trustRoot)
}

/** The trust root's statement that a box is out, and with an issuer all that it issued and revoked. */
export function revokeByRoot(
  overlay: string,
  publicKey: Uint8Array,
  trustRoot: SigningKey,
  now: number,
): Uint8Array {
  return signRevocation({ publicKey, at: now, until: now + issuerLifetime }, overlay, trustRoot)
}

/** A place in the overlay that nobody could foresee. */
export function drawPlace(): Uint8Array {
  return randomBytes(placeBytes)
}
