import { createHash } from 'node:crypto'
import { MalformedCbor } from '../lib/cbor.ts'
import { CredentialInvalid } from './credential.ts'
import { type CheckedRevocation, longestRevocation, readRevocation } from './revocation.ts'

/** Whose key it is, and who issued its credential. */
export interface RevocableCredential {
  readonly publicKey: Uint8Array
  readonly issuer: { readonly publicKey: Uint8Array } | undefined
}

/** Room that a rogue issuer can fill, and room that only the trust root can; all of them fit into one message. */
const mostByIssuers = 240
const mostByRoot = 60

/**
 * All statements about revoked boxes that are in force: a set that only grows, so that boxes which exchange what they
 * have agree in the end, whatever the order. Issuers revoke boxes; the trust root revokes issuers too, and with an
 * issuer all that it issued and revoked.
 */
export class RevocationList {
  readonly #overlay: string
  readonly #trustRoot: Uint8Array
  /** By revoked key and signer: of two such statements the one that lasts longer counts. */
  readonly #statements = new Map<string, CheckedRevocation>()
  #known: ReadonlySet<string> = new Set()
  #boxes: ReadonlySet<string> = new Set()
  #issuers: ReadonlySet<string> = new Set()
  #mark = markOf([])

  constructor(overlay: string, trustRoot: Uint8Array) {
    this.#overlay = overlay
    this.#trustRoot = trustRoot
  }

  /** The same at two boxes that have the same statements; 16 bytes. */
  get mark(): Uint8Array {
    return this.#mark
  }

  statements(): readonly CheckedRevocation[] {
    return [...this.#statements.values()]
  }

  /** True when it is believed and was not here yet. Never throws for what the bytes are. */
  add(bytes: Uint8Array, now: number): boolean {
    // Most that comes is here already: no need to check its signatures.
    if (this.#known.has(text(bytes))) return false
    const revocation = this.#read(bytes)
    if (!revocation || revocation.until <= now) return false
    const key = `${text(revocation.publicKey)} ${revocation.signer ? text(revocation.signer) : 'root'}`
    const present = this.#statements.get(key)
    if (present ? !lastsLonger(revocation, present) : !this.#hasRoomFor(revocation)) return false
    this.#statements.set(key, revocation)
    this.#changed()
    return true
  }

  /** Lets go of what is over. */
  sweep(now: number): void {
    const before = this.#statements.size
    for (const [key, { until }] of this.#statements) if (until <= now) this.#statements.delete(key)
    if (this.#statements.size < before) this.#changed()
  }

  isRevoked({ publicKey, issuer }: RevocableCredential): boolean {
    if (this.#statements.size === 0) return false
    return (
      this.#boxes.has(text(publicKey)) || (issuer !== undefined && this.#issuers.has(text(issuer.publicKey)))
    )
  }

  #read(bytes: Uint8Array): CheckedRevocation | undefined {
    if (bytes.length > longestRevocation) return undefined
    try {
      return readRevocation(bytes, this.#overlay, this.#trustRoot)
    } catch (error) {
      if (error instanceof CredentialInvalid || error instanceof MalformedCbor) return undefined
      throw error
    }
  }

  #hasRoomFor({ signer }: CheckedRevocation): boolean {
    const ofSuch = this.statements().filter(
      (other) => (other.signer === undefined) === (signer === undefined),
    )
    return ofSuch.length < (signer ? mostByIssuers : mostByRoot)
  }

  #changed(): void {
    const all = this.statements()
    this.#known = new Set(all.map(({ bytes }) => text(bytes)))
    this.#issuers = new Set(all.filter(({ signer }) => !signer).map(({ publicKey }) => text(publicKey)))
    const inForce = all.filter(({ signer }) => !signer || !this.#issuers.has(text(signer)))
    this.#boxes = new Set(inForce.map(({ publicKey }) => text(publicKey)))
    this.#mark = markOf(all)
  }
}

function lastsLonger(one: CheckedRevocation, other: CheckedRevocation): boolean {
  return one.until === other.until ? Buffer.compare(one.bytes, other.bytes) > 0 : one.until > other.until
}

function markOf(all: readonly CheckedRevocation[]): Uint8Array {
  const hash = createHash('sha256')
  for (const bytes of all.map((revocation) => revocation.bytes).toSorted(Buffer.compare)) hash.update(bytes)
  return hash.digest().subarray(0, 16)
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
