import { createHmac, timingSafeEqual } from 'node:crypto'
import { decodeCborMap, encodeCbor } from '../lib/cbor.ts'
import { publicKeyBytes } from '../lib/ed25519.ts'

/** All that a second box needs to join: whom to ask, whom to trust, and a secret that works once. */
export interface EnrolmentTicket {
  /** The overlay's domain. */
  readonly overlay: string
  /** Raw Ed25519 key of the trust root. */
  readonly trustRoot: Uint8Array
  /** Raw Ed25519 key of the box that lets the new one in (RFC 7890: the admitting peer). */
  readonly admitting: Uint8Array
  /** Where that box can be reached; multiaddresses for libp2p. */
  readonly addresses: readonly string[]
  readonly id: Uint8Array
  readonly secret: Uint8Array
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number
}

export class TicketUnreadable extends Error {
  override readonly name = 'TicketUnreadable'
}

const prefix = 'causeway1.'
export const ticketIdBytes = 8
export const ticketSecretBytes = 16

/** One word of base64url, to be sent by mail or read from a screen. */
export function printTicket(ticket: EnrolmentTicket): string {
  return prefix + Buffer.from(encodeCbor({ ...ticket })).toString('base64url')
}

/** Throws `TicketUnreadable`. */
export function parseTicket(text: string): EnrolmentTicket {
  const word = text.trim()
  if (!word.startsWith(prefix))
    throw new TicketUnreadable(`this is no ticket: a ticket begins with "${prefix}"`)
  try {
    const fields = decodeCborMap(Buffer.from(word.slice(prefix.length), 'base64url'))
    const ticket = {
      overlay: fields.text('overlay'),
      trustRoot: fields.bytes('trustRoot', publicKeyBytes),
      admitting: fields.bytes('admitting', publicKeyBytes),
      addresses: fields.texts('addresses', 16),
      id: fields.bytes('id', ticketIdBytes),
      secret: fields.bytes('secret', ticketSecretBytes),
      expiresAt: fields.count('expiresAt'),
    }
    fields.end()
    return ticket
  } catch (cause) {
    throw new TicketUnreadable('the ticket is damaged: copy the whole word, without line breaks', { cause })
  }
}

/** Shows that one has the ticket, to the admitting box and for this key alone, without telling the secret. */
export function proveTicket(secret: Uint8Array, id: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return createHmac('sha256', secret).update('causeway enrolment 1\n').update(id).update(publicKey).digest()
}

export function isProofOf(
  proof: Uint8Array,
  secret: Uint8Array,
  id: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  const expected = proveTicket(secret, id, publicKey)
  return proof.length === expected.length && timingSafeEqual(proof, expected)
}
