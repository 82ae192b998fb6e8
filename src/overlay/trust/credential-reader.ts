/** What the overlay wants to know of a box's credential. */
export interface PeerCredential {
  /** The overlay's domain. */
  readonly overlay: string
  /** The box's raw Ed25519 key. */
  readonly publicKey: Uint8Array
  /** What the box's point among the others is made of; given by the issuer, 16 bytes. */
  readonly place: Uint8Array
  /** A box without `peer` holds nothing for others. */
  readonly roles: readonly ('peer' | 'client' | 'issuer')[]
  /** Milliseconds since the Unix epoch. */
  readonly notBefore: number
  readonly notAfter: number
  /** Whose users the box may announce, as name patterns. */
  readonly mayServe: readonly string[]
  /** Who issued it, and for whom that one may issue; undefined when the trust root itself did. */
  readonly issuer: Pick<PeerCredential, 'publicKey' | 'mayServe'> | undefined
}

/** Knows the overlay's trust root. */
export interface CredentialReader {
  /** Throws when the bytes are no credential that the trust root stands for in this overlay. Does not look at the time. */
  read(bytes: Uint8Array): PeerCredential
  /** The box, or who issued its credential, was thrown out. */
  isRevoked(credential: Pick<PeerCredential, 'publicKey' | 'issuer'>): boolean
}

/** Lets new boxes in, at a box that the trust root appointed. */
export interface EnrolmentDesk {
  /** Answers an enrolment form from the box with that key; the answer may be a refusal. */
  receive(publicKey: Uint8Array, form: Uint8Array): Promise<Uint8Array>
  /** A new credential with the rights of the one shown, for the box with that key; or why not. */
  renew(publicKey: Uint8Array, credential: Uint8Array): Promise<Renewed>
}

export type Renewed = { readonly credential: Uint8Array } | { readonly refusedBecause: string }
