import { createHash } from 'node:crypto'
import { type Credential, CredentialInvalid, readCredential } from './credential.ts'

const mostRemembered = 1_024

/** Reads credentials of one overlay; those found good are remembered, for they come with every record. */
export class TrustedCredentials {
  readonly #trustRoot: Uint8Array
  readonly #overlay: string
  readonly #good = new Map<string, Credential>()

  constructor(trustRoot: Uint8Array, overlay: string) {
    this.#trustRoot = trustRoot
    this.#overlay = overlay
  }

  /** Throws `CredentialInvalid`. Does not look at the time. */
  read(bytes: Uint8Array): Credential {
    const key = createHash('sha256').update(bytes).digest('base64')
    const remembered = this.#good.get(key)
    if (remembered) return remembered
    const credential = readCredential(bytes, this.#trustRoot)
    if (credential.overlay !== this.#overlay)
      throw new CredentialInvalid(`it is for the overlay ${credential.overlay}`)
    if (!credential.roles.includes('peer')) throw new CredentialInvalid('it does not make a peer')
    if (this.#good.size >= mostRemembered) this.#forgetFirst()
    this.#good.set(key, credential)
    return credential
  }

  #forgetFirst(): void {
    for (const key of this.#good.keys()) {
      this.#good.delete(key)
      return
    }
  }
}
