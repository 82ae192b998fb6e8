import { describe, expect, test } from 'vitest'
import { isEncryptedSdp, unfitFor, withoutKeys } from '../../../src/media/encryption.ts'
import { printSdp, readSdp } from '../../../src/media/session-description.ts'

const head = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n'
const crypto = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\r\n'
const clear = `${head}m=audio 4000 RTP/AVP 8\r\n`
const keyed = `${head}m=audio 4000 RTP/SAVP 8\r\n${crypto}`
const dtls = `${head}a=fingerprint:sha-256 AA\r\nm=audio 4000 UDP/TLS/RTP/SAVPF 8\r\n`
const keyless = `${head}m=audio 4000 RTP/SAVP 8\r\n`
const nullCipher = `${head}m=audio 4000 RTP/SAVP 8\r\na=crypto:1 NULL_HMAC_SHA1_80 inline:c2VjcmV0\r\n`
const halfClear = `${keyed}m=video 4002 RTP/AVP 97\r\n`
const videoRejected = `${keyed}m=video 0 RTP/AVP 97\r\n`
const fax = `${head}m=audio 0 RTP/SAVP 8\r\nm=image 4004 udptl t38\r\n`

describe('a leg that must be encrypted', () => {
  test.each([
    ['RTP with keys', keyed],
    ['RTP over DTLS', dtls],
    ['a stream in the clear that is rejected', videoRejected],
  ])('takes %s', (_, sdp) => expect(unfitFor('required', sdp)).toBeUndefined())

  test.each([
    ['RTP in the clear', clear, 'audio by RTP/AVP is not encrypted'],
    ['RTP without keys', keyless, 'audio by RTP/SAVP is not encrypted'],
    ['a cipher that does nothing', nullCipher, 'audio by RTP/SAVP is not encrypted'],
    ['one stream in the clear', halfClear, 'video by RTP/AVP is not encrypted'],
    ['fax in the clear', fax, 'image by udptl is not encrypted'],
    ['what cannot be read', '--multipart', 'the session description cannot be read'],
  ])('does not take %s', (_, sdp, why) => expect(unfitFor('required', sdp)).toBe(why))
})

test('a leg in the clear takes nothing encrypted, and a leg without a rule anything', () => {
  expect(unfitFor('never', clear)).toBeUndefined()
  expect(unfitFor('never', keyed)).toBe('audio by RTP/SAVP is encrypted')
  expect(unfitFor('as-offered', nullCipher)).toBeUndefined()
})

test('an offer that may be encrypted and need not be is one in the clear', () => {
  const sdp = `${clear}${crypto}`
  expect(isEncryptedSdp(sdp)).toBe(false)
  const description = readSdp(sdp)
  expect(description && printSdp(withoutKeys(description))).toBe(clear)
})
