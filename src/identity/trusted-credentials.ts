import { createHash } from 'node:crypto'
import { type ChainedCredential, CredentialInvalid, readCredential } from './credential.ts'
import type { RevocableCredential } from './revocation-list.ts'

const mostRemembered = 1_024

interface Revoked {
  isRevoked(credential: RevocableCredential): boolean
}

const nobodyIsRevoked: Revoked = { isRevoked: () => false }

/** Reads credentials of one overlay; those found good are remembered, for they come with every record. */
export class TrustedCredentials {
  readonly #trustRoot: Uint8Array
  readonly #overlay: string
  readonly #revocations: Revoked
  readonly #good = new Map<string, ChainedCredential>()

  constructor(trustRoot: Uint8Array, overlay: string, revocations: Revoked = nobodyIsRevoked) {
    this.#trustRoot = trustRoot
    this.#overlay = overlay
    this.#revocations = revocations
  }

  /** Throws `CredentialInvalid`. Does not look at the time. */
  read(bytes: Uint8Array): ChainedCredential {
    const key = createHash('sha256').update(bytes).digest('base64')
    const remembered = this.#good.get(key)
    if (remembered) return remembered
    const credential = readCredential(bytes, this.#trustRoot)
    if (credential.overlay !== this.#overlay)
      throw new CredentialInvalid(`it is for the overlay ${credential.overlay}`)
    if (!credential.roles.includes('peer') && !credential.roles.includes('client'))
      throw new CredentialInvalid('it does not make a member')
    if (this.#good.size >= mostRemembered) this.#forgetFirst()
    this.#good.set(key, credential)
    return credential
  }

  isRevoked(credential: RevocableCredential): boolean {
    return this.#revocations.isRevoked(credential)
  }

  #forgetFirst(): void {
    for (const key of this.#good.keys()) {
      this.#good.delete(key)
      return
    }
  }
}
