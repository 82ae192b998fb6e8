import { describe, expect, it } from 'vitest'
import { encodeCbor } from '../../../src/lib/cbor.ts'
import {
  decodeReply,
  decodeRequest,
  encodeMessage,
  type PeerReply,
  type PeerRequest,
} from '../../../src/overlay/peer-message.ts'

const bytes = Uint8Array.of(1, 2, 3)

const requests: readonly PeerRequest[] = [
  { type: 'hello', version: 1, credential: bytes, addresses: ['/ip4/192.0.2.1/tcp/4160'] },
  { type: 'enrol', form: bytes },
  { type: 'ping' },
  { type: 'peers' },
  { type: 'store', records: [bytes, bytes] },
  { type: 'fetch', kind: 'sip-aor', resource: 'sip:anna@town.example' },
  {
    type: 'offer',
    offers: [{ kind: 'service', resource: 'pstn', signer: 'k1', storedAt: 1_800_000_000_000 }],
  },
  { type: 'probe', resource: 'k1' },
]

const replies: readonly PeerReply[] = [
  { type: 'hello', version: 1, credential: bytes, peers: [{ peer: 'k1', addresses: ['a'] }] },
  { type: 'enrolled', answer: bytes },
  { type: 'pong' },
  { type: 'peers', peers: [] },
  { type: 'stored', verdicts: [{ outcome: 'older', reason: 'why', latest: 7 }] },
  { type: 'records', records: [bytes] },
  { type: 'wanted', places: [0, 5] },
  { type: 'seen', storedAt: 0 },
  { type: 'refused', code: 'not-enrolled', reason: 'why' },
]

describe('peer messages', () => {
  it.each(requests)('request $type reads back', (request) => {
    expect(decodeRequest(encodeMessage(request))).toEqual(request)
  })

  it.each(replies)('reply $type reads back', (reply) => {
    expect(decodeReply(encodeMessage(reply))).toEqual(reply)
  })

  it.each([
    ['an unknown type', { type: 'dance' }],
    ['an unknown field', { type: 'ping', loud: true }],
    ['a missing field', { type: 'fetch', kind: 'sip-aor' }],
    ['an unknown kind', { type: 'fetch', kind: 'cake', resource: 'x' }],
    ['a field of another kind', { type: 'probe', resource: 5 }],
    ['more records than allowed', { type: 'store', records: Array.from({ length: 65 }, () => bytes) }],
    ['a list', ['ping']],
  ])('%s is refused', (_, message) => {
    expect(() => decodeRequest(encodeCbor(message))).toThrow(/field|map|list/)
  })

  it('random and truncated bytes are refused', () => {
    const good = encodeMessage(requests[0] as PeerRequest)
    for (let length = 0; length < good.length; length++)
      expect(() => decodeRequest(good.subarray(0, length))).toThrow()
    expect(() => decodeRequest(Uint8Array.of(0xa1, 0x64, ...Buffer.from('type'), 0x1b))).toThrow()
  })
})
