import { decodeCborMap, encodeCbor } from '../lib/cbor.ts'
import { ticketIdBytes } from './enrolment-ticket.ts'

/** What the joining box hands in; its key is known from the connection. */
export interface EnrolmentForm {
  readonly ticket: Uint8Array
  readonly proof: Uint8Array
  /** The joining box's clock, in milliseconds since the Unix epoch. */
  readonly at: number
}

/** `pending`: somebody has to approve; the same form may be handed in again later. */
export type EnrolmentAnswer =
  | { readonly outcome: 'enrolled'; readonly credential: Uint8Array }
  | { readonly outcome: 'pending' | 'refused'; readonly reason: string }

const outcomes: ReadonlySet<string> = new Set(['enrolled', 'pending', 'refused'])

export function encodeForm(form: EnrolmentForm): Uint8Array {
  return encodeCbor({ ...form })
}

/** Throws `MalformedCbor`. */
export function decodeForm(bytes: Uint8Array): EnrolmentForm {
  const fields = decodeCborMap(bytes)
  const form = {
    ticket: fields.bytes('ticket', ticketIdBytes),
    proof: fields.bytes('proof', 32),
    at: fields.count('at'),
  }
  fields.end()
  return form
}

export function encodeAnswer(answer: EnrolmentAnswer): Uint8Array {
  return encodeCbor({ ...answer })
}

/** Throws `MalformedCbor`. */
export function decodeAnswer(bytes: Uint8Array): EnrolmentAnswer {
  const fields = decodeCborMap(bytes)
  const outcome = fields.oneOf('outcome', outcomes) as EnrolmentAnswer['outcome']
  const answer: EnrolmentAnswer =
    outcome === 'enrolled'
      ? { outcome, credential: fields.bytes('credential', 4_096) }
      : { outcome, reason: fields.text('reason', 1_000) }
  fields.end()
  return answer
}
