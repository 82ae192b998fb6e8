import {
  createPrivateKey,
  createPublicKey,
  sign as cryptoSign,
  verify as cryptoVerify,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'

// RFC 8410 §4: what stands before the 32 key bytes in a DER SubjectPublicKeyInfo
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')
// RFC 8410 §7: what stands before the 32 seed bytes in a DER PrivateKeyInfo
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

export const publicKeyBytes = 32
export const signatureBytes = 64

/** An Ed25519 key (RFC 8032) that can sign. */
export class SigningKey {
  /** The raw 32 bytes. */
  readonly publicKey: Uint8Array
  readonly #key: KeyObject

  private constructor(key: KeyObject) {
    if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('not an Ed25519 private key')
    this.#key = key
    this.publicKey = rawPublicKey(createPublicKey(key))
  }

  static generate(): SigningKey {
    return new SigningKey(generateKeyPairSync('ed25519').privateKey)
  }

  static fromSeed(seed: Uint8Array): SigningKey {
    const der = Buffer.concat([pkcs8Prefix, seed])
    return new SigningKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
  }

  /** Throws when the text is not an Ed25519 key in PKCS #8 PEM. */
  static fromPem(pem: string): SigningKey {
    return new SigningKey(createPrivateKey(pem))
  }

  toPem(): string {
    return this.#key.export({ format: 'pem', type: 'pkcs8' }).toString()
  }

  /** The 32 secret bytes. */
  seed(): Uint8Array {
    const der = this.#key.export({ format: 'der', type: 'pkcs8' })
    return new Uint8Array(der.subarray(pkcs8Prefix.length))
  }

  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array {
    return new Uint8Array(cryptoSign(null, message, this.#key))
  }
}

/** False for anything that is not a valid signature by that key, wrong lengths included. */
export function isSignedBy(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== publicKeyBytes || signature.length !== signatureBytes) return false
  const der = Buffer.concat([spkiPrefix, publicKey])
  return cryptoVerify(null, message, createPublicKey({ key: der, format: 'der', type: 'spki' }), signature)
}

function rawPublicKey(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }).subarray(spkiPrefix.length))
}
