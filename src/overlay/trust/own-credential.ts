import type { CredentialReader, PeerCredential } from './credential-reader.ts'

/** This box's credential as it shows it to others, until a renewed one takes its place. */
export class OwnCredential {
  readonly #credentials: CredentialReader
  #bytes: Uint8Array
  #content: PeerCredential

  /** Throws when it is not of this overlay. */
  constructor(bytes: Uint8Array, credentials: CredentialReader) {
    this.#credentials = credentials
    this.#bytes = bytes
    this.#content = credentials.read(bytes)
  }

  /** As it travels. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  get content(): PeerCredential {
    return this.#content
  }

  /** Throws when it is not of this overlay, or would change who or where this box is. */
  replace(bytes: Uint8Array): void {
    const content = this.#credentials.read(bytes)
    const { publicKey, place } = this.#content
    if (!isSame(content.publicKey, publicKey)) throw new Error('the credential is for another box')
    if (!isSame(content.place, place)) throw new Error('the credential moves the box to another place')
    this.#bytes = bytes
    this.#content = content
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
