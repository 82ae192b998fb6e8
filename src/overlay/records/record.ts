import { decodeCborMap, encodeCbor } from '../../lib/cbor.ts'
import type { SigningKey } from '../../lib/ed25519.ts'
import type { RecordKind } from '../overlay.ts'

/** What a box signs: its entry of a resource, or the entry's removal. */
export interface RecordBody {
  readonly kind: RecordKind
  readonly resource: string
  readonly value: Uint8Array
  /** Milliseconds since the Unix epoch; of two entries by one signer the later one counts. */
  readonly storedAt: number
  readonly lifetimeSeconds: number
  /** The entry was removed: a tombstone (RFC 6940 §7.2: exists = false). */
  readonly removed: boolean
}

/** A record as it travels, nothing checked yet. */
export interface SignedRecord {
  readonly body: RecordBody
  readonly bodyBytes: Uint8Array
  readonly credential: Uint8Array
  readonly signature: Uint8Array
  /** The whole, as it travels. */
  readonly bytes: Uint8Array
}

export const longestValue = 1_024
export const longestRecord = 4_096

const kinds: ReadonlySet<string> = new Set<RecordKind>(['sip-aor', 'service', 'canary'])

export function signRecord(
  body: RecordBody,
  overlay: string,
  key: SigningKey,
  credential: Uint8Array,
): Uint8Array {
  const bodyBytes = encodeCbor({ ...body })
  const signature = key.sign(signedText(overlay, bodyBytes))
  return encodeCbor({ body: bodyBytes, credential, signature })
}

/** Throws `MalformedCbor`. */
export function readRecord(received: Uint8Array): SignedRecord {
  // A copy: the entry must not keep the frame that it came in alive.
  const bytes = received.slice()
  const fields = decodeCborMap(bytes)
  const bodyBytes = fields.bytes('body', longestRecord)
  const credential = fields.bytes('credential', longestRecord)
  const signature = fields.bytes('signature', 64)
  fields.end()
  return { body: readBody(bodyBytes), bodyBytes, credential, signature, bytes }
}

/** The signature names the overlay, so that a record is worth nothing in another one. */
export function signedText(overlay: string, bodyBytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`causeway record 1\n${overlay}\n`), bodyBytes])
}

function readBody(bytes: Uint8Array): RecordBody {
  const fields = decodeCborMap(bytes)
  const body = {
    kind: fields.oneOf('kind', kinds) as RecordKind,
    resource: fields.text('resource'),
    value: fields.bytes('value', longestValue),
    storedAt: fields.count('storedAt'),
    lifetimeSeconds: fields.count('lifetimeSeconds'),
    removed: fields.flag('removed'),
  }
  fields.end()
  return body
}
