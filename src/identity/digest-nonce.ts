import { createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'

const timeBytes = 6
const idBytes = 6
const signedBytes = timeBytes + idBytes
const sealBytes = 15
/** 27 bytes fill their base64url text to the last bit: there is one spelling only. */
const nonceLength = 36

export interface IssuedNonce {
  /** Milliseconds since the Unix epoch. */
  readonly issuedAt: number
}

/**
 * Nonces that need no memory: time, a number used once, and an HMAC over both and the address that it is issued to,
 * under the box's secret. A restart with the same secret invalidates none of them.
 */
export class NonceMint {
  // A KeyObject: from raw bytes Node makes one each time, which takes eight times as long as the HMAC itself.
  readonly #secret: KeyObject
  #idPool = Buffer.alloc(0)

  constructor(secret: Uint8Array) {
    this.#secret = createSecretKey(secret)
  }

  issue(address: string, now: number): string {
    const nonce = Buffer.allocUnsafe(signedBytes + sealBytes)
    nonce.writeUIntBE(now, 0, timeBytes)
    this.#nextId().copy(nonce, timeBytes)
    this.#seal(nonce.subarray(0, signedBytes), address).copy(nonce, signedBytes, 0, sealBytes)
    return nonce.toString('base64url')
  }

  /** Undefined for a nonce that this box never issued to that address. */
  read(text: string, address: string): IssuedNonce | undefined {
    if (text.length !== nonceLength) return undefined
    const nonce = Buffer.from(text, 'base64url')
    if (nonce.length !== signedBytes + sealBytes) return undefined
    const seal = this.#seal(nonce.subarray(0, signedBytes), address).subarray(0, sealBytes)
    if (!timingSafeEqual(seal, nonce.subarray(signedBytes))) return undefined
    return { issuedAt: nonce.readUIntBE(0, timeBytes) }
  }

  #seal(signed: Uint8Array, address: string): Buffer {
    return createHmac('sha256', this.#secret).update(signed).update(address).digest()
  }

  #nextId(): Buffer {
    if (this.#idPool.length < idBytes) this.#idPool = randomBytes(idBytes * 256)
    const id = this.#idPool.subarray(0, idBytes)
    this.#idPool = this.#idPool.subarray(idBytes)
    return id
  }
}
