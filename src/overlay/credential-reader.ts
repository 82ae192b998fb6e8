/** What the overlay wants to know of a box's credential. */
export interface PeerCredential {
  /** The overlay's domain. */
  readonly overlay: string
  /** The box's raw Ed25519 key. */
  readonly publicKey: Uint8Array
  /** Milliseconds since the Unix epoch. */
  readonly notBefore: number
  readonly notAfter: number
  /** Domains whose users it may announce: `*` for all, `example.org`, or `*.example.org` for those below it. */
  readonly mayServe: readonly string[]
}

/** Knows the overlay's trust root. */
export interface CredentialReader {
  /** Throws when the bytes are no credential that the trust root issued for this overlay. Does not look at the time. */
  read(bytes: Uint8Array): PeerCredential
}

/** Lets new boxes in, at the box that holds the trust root. */
export interface EnrolmentDesk {
  /** Answers an enrolment form from the box with that key; the answer may be a refusal. */
  receive(publicKey: Uint8Array, form: Uint8Array): Promise<Uint8Array>
}
