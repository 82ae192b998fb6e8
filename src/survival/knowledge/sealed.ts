import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** Version, nonce, tag; then the ciphertext. */
const version = 1
const nonceBytes = 12
const tagBytes = 16
export const keyBytes = 32

/** AES-256-GCM. `label` is bound to it: what was sealed as one thing is not opened as another. */
export function seal(plain: Uint8Array, key: Uint8Array, label: string): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(
    Buffer.from(label),
  )
  const text = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), text])
}

/** Undefined when it was sealed with another key or label, or was changed. */
export function unseal(sealed: Uint8Array, key: Uint8Array, label: string): Buffer | undefined {
  const bytes = Buffer.from(sealed)
  const textAt = 1 + nonceBytes + tagBytes
  if (bytes[0] !== version || bytes.length < textAt) return undefined
  const nonce = bytes.subarray(1, 1 + nonceBytes)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
    .setAAD(Buffer.from(label))
    .setAuthTag(bytes.subarray(1 + nonceBytes, textAt))
  const text = decipher.update(bytes.subarray(textAt))
  try {
    return Buffer.concat([text, decipher.final()])
  } catch {
    return undefined // the one way in which node tells of a wrong tag
  }
}
