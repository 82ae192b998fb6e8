import { describe, expect, it } from 'vitest'
import { encodeCbor } from '../../../src/lib/cbor.ts'
import {
  decodeReply,
  decodeRequest,
  encodeMessage,
  noTidings,
  type PeerReply,
  type PeerRequest,
  protocolVersion,
} from '../../../src/overlay/protocol/peer-message.ts'

const bytes = Uint8Array.of(1, 2, 3)

const requests: readonly PeerRequest[] = [
  {
    type: 'hello',
    version: protocolVersion,
    credential: bytes,
    role: 'client',
    addresses: ['/ip4/192.0.2.1/tcp/4160'],
  },
  { type: 'enrol', form: bytes },
  {
    type: 'ping',
    news: [
      { what: 'here', peer: 'k1', since: 1_800_000_000_000, addresses: ['a'] },
      { what: 'doubt', peer: 'k2', id: 7 },
    ],
    revocations: 3,
    time: 1_800_000_000_000,
  },
  { type: 'ping-for', peer: 'k1' },
  { type: 'peers', digest: bytes, after: 'k1' },
  { type: 'role', role: 'client' },
  { type: 'store', records: [bytes, bytes] },
  { type: 'fetch', kind: 'sip-aor', resource: 'sip:anna@town.example', watch: true },
  { type: 'changed', entries: [{ kind: 'sip-aor', resource: 'sip:anna@town.example' }] },
  { type: 'compare', digest: bytes },
  {
    type: 'offer',
    offers: [{ kind: 'service', resource: 'pstn', signer: 'k1', storedAt: 1_800_000_000_000 }],
  },
  { type: 'probe', resource: 'k1' },
]

const replies: readonly PeerReply[] = [
  {
    type: 'hello',
    version: protocolVersion,
    credential: bytes,
    role: 'peer',
    observed: '',
    peers: [{ peer: 'k1', addresses: ['a'] }],
  },
  { type: 'enrolled', answer: bytes },
  { type: 'pong', ...noTidings },
  { type: 'peers', peers: [] },
  { type: 'stored', verdicts: [{ outcome: 'older', reason: 'why', latest: 7 }] },
  { type: 'records', records: [bytes] },
  { type: 'wanted', places: [0, 5] },
  { type: 'noted' },
  { type: 'compared', differing: [0, 63] },
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
    ['an unknown field', { type: 'ping', ...noTidings, loud: true }],
    ['news of an unknown kind', { type: 'ping', ...noTidings, news: [{ what: 'rumour', peer: 'k1' }] }],
    ['an unknown role', { type: 'role', role: 'king' }],
    ['a missing field', { type: 'fetch', kind: 'sip-aor' }],
    ['an unknown kind', { type: 'fetch', kind: 'cake', resource: 'x', watch: true }],
    ['a digest that is too long', { type: 'compare', digest: new Uint8Array(513) }],
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
