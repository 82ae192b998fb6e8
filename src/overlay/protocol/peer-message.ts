import { CborMap, type CborValue, decodeCborMap, encodeCbor } from '../../lib/cbor.ts'
import type { PeerRole } from '../membership/known-peer.ts'
import { mostNewsPerMessage, type PeerNews, readPeerNews } from '../membership/peer-news.ts'
import type { RecordKind } from '../overlay.ts'
import { PeerRefused } from '../overlay-errors.ts'
import { longestRecord } from '../records/record.ts'
import type { PeerId } from './peer-id.ts'

/** Both ends must speak it; a hello with another number is refused by name. */
export const protocolVersion = 2
export const mostRecordsPerMessage = 64
export const mostOffersPerMessage = 256
export const mostPeersPerMessage = 64
export const mostChangesPerMessage = 64
/** As long as the longer of the two digests in which boxes compare their records. */
const longestDigest = 512
const mostSeen = 1_024
const markBytes = 16
const mostStatements = 300
const longestStatement = 1_024
/** Longest message, in bytes: room for a full load of records. */
export const longestMessage = 65_536 + mostRecordsPerMessage * longestRecord

export interface PeerAddress {
  readonly peer: PeerId
  readonly addresses: readonly string[]
}

/** A box that is connected to the one that says so. */
export interface Seen {
  readonly peer: PeerId
  /** 0 when it was not measured. */
  readonly roundTripMs: number
}

/** What entries are about. */
export interface EntryName {
  readonly kind: RecordKind
  readonly resource: string
}

/** Names an entry without its content: what it is about, whose it is, and how new. */
export interface EntryOffer extends EntryName {
  readonly signer: PeerId
  readonly storedAt: number
}

/** What rides on pings and their answers. */
export interface Tidings {
  readonly news: readonly PeerNews[]
  /** Stands for the revocations that the sender knows; 0 for none. */
  readonly revocations: number
  /** The sender's clock, in milliseconds since the Unix epoch; 0 when it does not say. */
  readonly time: number
}

/** Of one who has nothing to tell. */
export const noTidings: Tidings = { news: [], revocations: 0, time: 0 }

export type PeerRequest =
  | { type: 'hello'; version: number; credential: Uint8Array; role: PeerRole; addresses: readonly string[] }
  | { type: 'enrol'; form: Uint8Array }
  | { type: 'renew'; credential: Uint8Array }
  | { type: 'revocations'; mark: Uint8Array }
  | { type: 'revoke'; statements: readonly Uint8Array[] }
  | ({ type: 'ping' } & Tidings)
  | { type: 'ping-for'; peer: PeerId }
  | { type: 'peers'; digest: Uint8Array; after: string }
  | { type: 'role'; role: PeerRole }
  | { type: 'store'; records: readonly Uint8Array[] }
  | { type: 'fetch'; kind: RecordKind; resource: string; watch: boolean }
  | { type: 'changed'; entries: readonly EntryName[] }
  | { type: 'compare'; digest: Uint8Array }
  | { type: 'offer'; offers: readonly EntryOffer[] }
  | { type: 'probe'; resource: string }
  | { type: 'view' }
  | { type: 'reach'; addresses: readonly string[] }

/** What became of one record: `stored`, or the fault; `latest` is the newest `storedAt` known of the entry, or 0. */
export interface StoreVerdict {
  readonly outcome: string
  readonly reason: string
  readonly latest: number
}

export type PeerReply =
  | {
      type: 'hello'
      version: number
      credential: Uint8Array
      role: PeerRole
      /** The asker's address as the answering box sees it; empty when a relay is between. */
      observed: string
      peers: readonly PeerAddress[]
    }
  | { type: 'enrolled'; answer: Uint8Array }
  | { type: 'renewed'; credential: Uint8Array }
  | { type: 'revocations'; mark: Uint8Array; statements: readonly Uint8Array[] }
  | ({ type: 'pong' } & Tidings)
  | { type: 'peers'; peers: readonly PeerAddress[] }
  | { type: 'stored'; verdicts: readonly StoreVerdict[] }
  | { type: 'records'; records: readonly Uint8Array[] }
  | { type: 'wanted'; places: readonly number[] }
  | { type: 'noted' }
  | { type: 'compared'; differing: readonly number[] }
  | { type: 'seen'; storedAt: number }
  | { type: 'view'; state: string; sees: readonly Seen[] }
  | { type: 'reached'; addresses: readonly string[] }
  | { type: 'refused'; code: string; reason: string }

const roles: ReadonlySet<string> = new Set<PeerRole>(['peer', 'client'])
const kinds: ReadonlySet<string> = new Set<RecordKind>(['sip-aor', 'service', 'canary'])

export function encodeMessage(message: PeerRequest | PeerReply): Uint8Array {
  return encodeCbor(message as unknown as CborValue)
}

/** Throws `MalformedCbor`, or `PeerRefused` for a hello of another version. */
export function decodeRequest(bytes: Uint8Array): PeerRequest {
  const fields = decodeCborMap(bytes)
  const request = readRequest(fields, fields.text('type'))
  fields.end()
  return request
}

/** Throws `MalformedCbor`, or `PeerRefused` for a hello of another version. */
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
        version: readVersion(fields),
        credential: fields.bytes('credential', longestRecord),
        role: readRole(fields),
        addresses: fields.texts('addresses', 16),
      }
    case 'enrol':
      return { type, form: fields.bytes('form', longestRecord) }
    case 'renew':
      return { type, credential: fields.bytes('credential', longestRecord) }
    case 'revocations':
      return { type, mark: fields.bytes('mark', markBytes) }
    case 'revoke':
      return { type, statements: readStatements(fields) }
    case 'ping':
      return { type, ...readTidings(fields) }
    case 'ping-for':
      return { type, peer: fields.text('peer') }
    case 'peers':
      return { type, digest: fields.bytes('digest', 64), after: fields.text('after') }
    case 'role':
      return { type, role: readRole(fields) }
    case 'view':
      return { type }
    case 'store':
      return { type, records: fields.byteStrings('records', mostRecordsPerMessage, longestRecord) }
    case 'fetch':
      return { type, ...readName(fields), watch: fields.flag('watch') }
    case 'changed':
      return { type, entries: fields.list('entries', mostChangesPerMessage, readEntryName) }
    case 'compare':
      return { type, digest: fields.bytes('digest', longestDigest) }
    case 'reach':
      return { type, addresses: fields.texts('addresses', 16) }
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
        version: readVersion(fields),
        credential: fields.bytes('credential', longestRecord),
        role: readRole(fields),
        observed: fields.text('observed'),
        peers: fields.list('peers', mostPeersPerMessage, readPeerAddress),
      }
    case 'enrolled':
      return { type, answer: fields.bytes('answer', longestRecord) }
    case 'renewed':
      return { type, credential: fields.bytes('credential', longestRecord) }
    case 'revocations':
      return { type, mark: fields.bytes('mark', markBytes), statements: readStatements(fields) }
    case 'pong':
      return { type, ...readTidings(fields) }
    case 'peers':
      return { type, peers: fields.list('peers', mostPeersPerMessage, readPeerAddress) }
    case 'stored':
      return { type, verdicts: fields.list('verdicts', mostRecordsPerMessage, readVerdict) }
    case 'records':
      return { type, records: fields.byteStrings('records', mostRecordsPerMessage, longestRecord) }
    case 'wanted':
      return { type, places: fields.counts('places', mostOffersPerMessage) }
    case 'noted':
      return { type }
    case 'compared':
      return { type, differing: fields.counts('differing', longestDigest) }
    case 'seen':
      return { type, storedAt: fields.count('storedAt') }
    case 'view':
      return { type, state: fields.text('state'), sees: fields.list('sees', mostSeen, readSeen) }
    case 'reached':
      return { type, addresses: fields.texts('addresses', 16) }
    case 'refused':
      return { type, code: fields.text('code'), reason: fields.text('reason', 1_000) }
    default:
      throw fields.unexpected('type')
  }
}

// Before anything else of a hello: a box of another version may say more, or say it otherwise.
function readVersion(fields: CborMap): number {
  const version = fields.count('version')
  if (version !== protocolVersion)
    throw new PeerRefused(
      'version',
      `the two boxes speak versions ${version} and ${protocolVersion} of the overlay protocol: update the one with version ${Math.min(version, protocolVersion)}`,
    )
  return version
}

function readTidings(fields: CborMap): Tidings {
  return {
    news: fields.list('news', mostNewsPerMessage, readPeerNews),
    revocations: fields.count('revocations'),
    time: fields.count('time'),
  }
}

function readRole(fields: CborMap): PeerRole {
  return fields.oneOf('role', roles) as PeerRole
}

function readName(fields: CborMap): EntryName {
  return { kind: fields.oneOf('kind', kinds) as RecordKind, resource: fields.text('resource') }
}

function readEntryName(item: unknown): EntryName {
  const fields = new CborMap(item)
  const name = readName(fields)
  fields.end()
  return name
}

function readStatements(fields: CborMap): readonly Uint8Array[] {
  return fields.byteStrings('statements', mostStatements, longestStatement)
}

function readOffer(item: unknown): EntryOffer {
  const fields = new CborMap(item)
  const offer = {
    ...readName(fields),
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

function readSeen(item: unknown): Seen {
  const fields = new CborMap(item)
  const seen = { peer: fields.text('peer'), roundTripMs: fields.number('roundTripMs') }
  fields.end()
  return seen
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
