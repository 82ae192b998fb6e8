import { describe, expect, it } from 'vitest'
import { isSignedBy, SigningKey } from '../../../src/lib/ed25519.ts'

const hex = (text: string) => Buffer.from(text, 'hex')

describe('Ed25519', () => {
  it('agrees with RFC 8032 §7.1, test 2', () => {
    const key = SigningKey.fromSeed(hex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'))
    expect(Buffer.from(key.publicKey).toString('hex')).toBe(
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    )
    expect(Buffer.from(key.sign(hex('72'))).toString('hex')).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    )
  })

  it('a key survives PEM and seed', () => {
    const key = SigningKey.generate()
    for (const copy of [SigningKey.fromPem(key.toPem()), SigningKey.fromSeed(key.seed())])
      expect(Buffer.from(copy.publicKey)).toEqual(Buffer.from(key.publicKey))
  })

  it('wrong keys, messages, signatures and lengths are not believed', () => {
    const key = SigningKey.generate()
    const message = Buffer.from('message')
    const signature = key.sign(message)
    expect(isSignedBy(key.publicKey, message, signature)).toBe(true)
    expect(isSignedBy(SigningKey.generate().publicKey, message, signature)).toBe(false)
    expect(isSignedBy(key.publicKey, Buffer.from('massage'), signature)).toBe(false)
    expect(isSignedBy(key.publicKey, message, signature.subarray(1))).toBe(false)
    expect(isSignedBy(key.publicKey.subarray(1), message, signature)).toBe(false)
  })

  it('another kind of key is refused', () => {
    expect(() => SigningKey.fromPem('-----BEGIN NONSENSE-----')).toThrow()
  })
})
