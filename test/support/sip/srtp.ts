import { createCipheriv, createHmac, randomBytes } from 'node:crypto'

const headerBytes = 12
const tagBytes = 10
export const suite = 'AES_CM_128_HMAC_SHA1_80'

/** A master key and salt as `a=crypto` carries them (RFC 4568 §6.1). */
export const newSrtpKey = (): string => randomBytes(30).toString('base64')

/** The suite that this file speaks, in an SDP: its tag and key. */
export function srtpKeyIn(sdp: string): { readonly tag: string; readonly key: string } | undefined {
  const [, tag, key] = /^a=crypto:(\d+) AES_CM_128_HMAC_SHA1_80 inline:([A-Za-z0-9+/=]+)/m.exec(sdp) ?? []
  return tag !== undefined && key !== undefined ? { tag, key } : undefined
}

/** One direction of SRTP (RFC 3711) for streams shorter than 65536 packets, written for tests only. */
export class Srtp {
  readonly #cipherKey: Buffer
  readonly #authKey: Buffer
  readonly #salt: Buffer

  constructor(key: string) {
    const master = Buffer.from(key, 'base64')
    const derive = (label: number, length: number) => {
      // §4.3.1, §4.3.3: key derivation rate 0
      const iv = Buffer.concat([master.subarray(16, 30), Buffer.alloc(2)])
      iv[7] = (iv[7] ?? 0) ^ label
      return keystream(master.subarray(0, 16), iv, length)
    }
    this.#cipherKey = derive(0, 16)
    this.#authKey = derive(1, 20)
    this.#salt = derive(2, 14)
  }

  protect(packet: Buffer): Buffer {
    const encrypted = this.#crypt(packet)
    return Buffer.concat([encrypted, this.#tagOf(encrypted)])
  }

  /** Undefined for what was not protected with this key. */
  unprotect(packet: Buffer): Buffer | undefined {
    const encrypted = packet.subarray(0, -tagBytes)
    if (encrypted.length <= headerBytes) return undefined
    return this.#tagOf(encrypted).equals(packet.subarray(-tagBytes)) ? this.#crypt(encrypted) : undefined
  }

  /** §4.1.1 */
  #crypt(packet: Buffer): Buffer {
    const iv = Buffer.concat([this.#salt, Buffer.alloc(2)])
    for (let at = 0; at < 4; at++) iv[4 + at] = (iv[4 + at] ?? 0) ^ (packet[8 + at] ?? 0)
    for (let at = 0; at < 2; at++) iv[12 + at] = (iv[12 + at] ?? 0) ^ (packet[2 + at] ?? 0)
    const payload = packet.subarray(headerBytes)
    const stream = keystream(this.#cipherKey, iv, payload.length)
    return Buffer.concat([
      packet.subarray(0, headerBytes),
      payload.map((byte, at) => byte ^ (stream[at] ?? 0)),
    ])
  }

  /** §4.2: over the packet and the roll-over counter, which stays 0 here. */
  #tagOf(packet: Buffer): Buffer {
    return createHmac('sha1', this.#authKey)
      .update(packet)
      .update(Buffer.alloc(4))
      .digest()
      .subarray(0, tagBytes)
  }
}

function keystream(key: Buffer, iv: Buffer, length: number): Buffer {
  return createCipheriv('aes-128-ctr', key, iv).update(Buffer.alloc(length))
}
