import { CborMap, type CborValue, decodeCborMap, encodeCbor } from '../lib/cbor.ts'
import type { RecordKind } from './overlay.ts'
import type { PeerId } from './peer-id.ts'
import { longestRecord } from './record.ts'

/** Both ends must speak it; a hello with another number is refused by name. */
export const protocolVersion = 1
export const mostRecordsPerMessage = 64
export const mostOffersPerMessage = 256
export const mostPeersPerMessage = 64
/** Longest message, in bytes: room for a full load of records. */
export const longestMessage = 65_536 + mostRecordsPerMessage * longestRecord

export interface PeerAddress {
  readonly peer: PeerId
  readonly addresses: readonly string[]
}

/** Names an entry without its content: what it is about, whose it is, and how new. */
export interface EntryOffer {
  readonly kind: RecordKind
  readonly resource: string
  readonly signer: PeerId
  readonly storedAt: number
}

export type PeerRequest =
  | { type: 'hello'; version: number; credential: Uint8Array; addresses: readonly string[] }
  | { type: 'enrol'; form: Uint8Array }
  | { type: 'ping' }
  | { type: 'peers' }
  | { type: 'store'; records: readonly Uint8Array[] }
  | { type: 'fetch'; kind: RecordKind; resource: string }
  | { type: 'offer'; offers: readonly EntryOffer[] }
  | { type: 'probe'; resource: string }

/** What became of one record: `stored`, or the fault; `latest` is the newest `storedAt` known of the entry, or 0. */
export interface StoreVerdict {
  readonly outcome: string
  readonly reason: string
  readonly latest: number
}

export type PeerReply =
  | { type: 'hello'; version: number; credential: Uint8Array; peers: readonly PeerAddress[] }
  | { type: 'enrolled'; answer: Uint8Array }
  | { type: 'pong' }
  | { type: 'peers'; peers: readonly PeerAddress[] }
  | { type: 'stored'; verdicts: readonly StoreVerdict[] }
  | { type: 'records'; records: readonly Uint8Array[] }
  | { type: 'wanted'; places: readonly number[] }
  | { type: 'seen'; storedAt: number }
  | { type: 'refused'; code: string; reason: string }

const kinds: ReadonlySet<string> = new Set<RecordKind>(['sip-aor', 'service', 'canary'])

export function encodeMessage(message: PeerRequest | PeerReply): Uint8Array {
  return encodeCbor(message as unknown as CborValue)
}

/** Throws `MalformedCbor`. */
export function decodeRequest(bytes: Uint8Array): PeerRequest {
  const fields = decodeCborMap(bytes)
  const request = readRequest(fields, fields.text('type'))
  fields.end()
  return request
}

/** Throws `MalformedCbor`. */
export function decodeReply(bytes: Uint8Array): PeerReply {
  const fields = decodeCborMap(bytes)
  const reply = readReply(fields, fields.text('type'))
  fields.end()
  return reply
}

function readRequest(fields: CborMap, type: string): PeerRequest {
  switch (type) {
    case 'hello':
      return {
        type,
        version: fields.count('version'),
        credential: fields.bytes('credential', longestRecord),
        addresses: fields.texts('addresses', 16),
      }
    case 'enrol':
      return { type, form: fields.bytes('form', longestRecord) }
    case 'ping':
    case 'peers':
      return { type }
    case 'store':
      return { type, records: fields.byteStrings('records', mostRecordsPerMessage, longestRecord) }
    case 'fetch':
      return { type, kind: readKind(fields), resource: fields.text('resource') }
    case 'offer':
      return { type, offers: fields.list('offers', mostOffersPerMessage, readOffer) }
    case 'probe':
      return { type, resource: fields.text('resource') }
    default:
      throw fields.unexpected('type')
  }
}

function readReply(fields: CborMap, type: string): PeerReply {
  switch (type) {
    case 'hello':
      return {
        type,
        version: fields.count('version'),
        credential: fields.bytes('credential', longestRecord),
        peers: fields.list('peers', mostPeersPerMessage, readPeerAddress),
      }
    case 'enrolled':
      return { type, answer: fields.bytes('answer', longestRecord) }
    case 'pong':
      return { type }
    case 'peers':
      return { type, peers: fields.list('peers', mostPeersPerMessage, readPeerAddress) }
    case 'stored':
      return { type, verdicts: fields.list('verdicts', mostRecordsPerMessage, readVerdict) }
    case 'records':
      return { type, records: fields.byteStrings('records', mostRecordsPerMessage, longestRecord) }
    case 'wanted':
      return { type, places: fields.counts('places', mostOffersPerMessage) }
    case 'seen':
      return { type, storedAt: fields.count('storedAt') }
    case 'refused':
      return { type, code: fields.text('code'), reason: fields.text('reason', 1_000) }
    default:
      throw fields.unexpected('type')
  }
}

function readKind(fields: CborMap): RecordKind {
  return fields.oneOf('kind', kinds) as RecordKind
}

function readOffer(item: unknown): EntryOffer {
  const fields = new CborMap(item)
  const offer = {
    kind: readKind(fields),
    resource: fields.text('resource'),
    signer: fields.text('signer'),
    storedAt: fields.count('storedAt'),
  }
  fields.end()
  return offer
}

function readPeerAddress(item: unknown): PeerAddress {
  const fields = new CborMap(item)
  const address = { peer: fields.text('peer'), addresses: fields.texts('addresses', 16) }
  fields.end()
  return address
}

function readVerdict(item: unknown): StoreVerdict {
  const fields = new CborMap(item)
  const verdict = {
    outcome: fields.text('outcome'),
    reason: fields.text('reason', 1_000),
    latest: fields.count('latest'),
  }
  fields.end()
  return verdict
}
