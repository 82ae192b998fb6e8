import { isSignedBy } from '../../lib/ed25519.ts'
import { type PeerId, peerIdOf } from '../protocol/peer-id.ts'
import type { CredentialReader, PeerCredential } from '../trust/credential-reader.ts'
import { mayAnnounce } from '../trust/name-pattern.ts'
import { longestRecord, type RecordBody, readRecord, type SignedRecord, signedText } from './record.ts'

/** A record whose signature, credential and times are good. */
export interface CheckedRecord extends RecordBody {
  readonly signer: PeerId
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number
  /** As it travels. */
  readonly bytes: Uint8Array
}

export type RecordFault =
  | 'malformed'
  | 'too-large'
  | 'foreign-credential'
  | 'credential-not-valid-now'
  | 'revoked'
  | 'bad-signature'
  | 'not-yours'
  | 'bad-lifetime'
  | 'expired'
  | 'from-the-future'
  | 'older'
  | 'quota'

/** A record that must not be kept or believed. */
export class RecordRefused extends Error {
  override readonly name = 'RecordRefused'
  readonly fault: RecordFault

  constructor(fault: RecordFault, reason: string, options?: ErrorOptions) {
    super(reason, options)
    this.fault = fault
  }
}

/** How far ahead of ours a storing box's clock may be, in milliseconds. */
export const clockTolerance = 60_000
/** No record lives longer without being stored again. */
export const longestLifetimeSeconds = 86_400

/** Decides whether a record is to be believed at that moment. Throws `RecordRefused`. */
export function checkRecord(
  bytes: Uint8Array,
  overlay: string,
  credentials: CredentialReader,
  now: number,
): CheckedRecord {
  if (bytes.length > longestRecord)
    throw new RecordRefused('too-large', `a record has at most ${longestRecord} bytes, not ${bytes.length}`)
  const record = parse(bytes)
  const { body } = record
  const credential = readCredential(record, credentials)
  if (credentials.isRevoked(credential)) throw new RecordRefused('revoked', 'the signer was revoked')
  if (!isSignedBy(credential.publicKey, signedText(overlay, record.bodyBytes), record.signature))
    throw new RecordRefused('bad-signature', 'the signature does not fit the record and its signer')
  if (now > credential.notAfter || now < credential.notBefore - clockTolerance)
    throw new RecordRefused('credential-not-valid-now', "the signer's credential is not valid at this time")
  if (!mayStore(credential, body))
    throw new RecordRefused('not-yours', `the signer may not speak for ${body.resource}`)
  if (body.lifetimeSeconds < 1 || body.lifetimeSeconds > longestLifetimeSeconds)
    throw new RecordRefused('bad-lifetime', `a lifetime is 1 to ${longestLifetimeSeconds} seconds`)
  if (body.storedAt > now + clockTolerance)
    throw new RecordRefused('from-the-future', "the storing box's clock is ahead; check both boxes' clocks")
  // What a box said ends with its right to say it, at holders too.
  const expiresAt = Math.min(body.storedAt + body.lifetimeSeconds * 1_000, credential.notAfter)
  if (expiresAt <= now) throw new RecordRefused('expired', 'the record has expired')
  return { ...body, signer: peerIdOf(credential.publicKey), expiresAt, bytes: record.bytes }
}

function parse(bytes: Uint8Array): SignedRecord {
  try {
    return readRecord(bytes)
  } catch (cause) {
    throw new RecordRefused('malformed', `not a record: ${(cause as Error).message}`, { cause })
  }
}

function readCredential(record: SignedRecord, credentials: CredentialReader): PeerCredential {
  try {
    return credentials.read(record.credential)
  } catch (cause) {
    const reason = `the signer's credential is not of this overlay: ${(cause as Error).message}`
    throw new RecordRefused('foreign-credential', reason, { cause })
  }
}

function mayStore(credential: PeerCredential, body: RecordBody): boolean {
  switch (body.kind) {
    case 'sip-aor':
      return mayAnnounce(credential, body.resource)
    case 'canary':
      return body.resource === peerIdOf(credential.publicKey)
    case 'service':
      return true
  }
}
