import type { CallRecord } from '../../domain/call-record.ts'
import type { ServedKind } from './outage-report.ts'

/** What became of a call in an outage. `cause` and `how` are few fixed phrases: they are counted by. */
export type CallOutcome =
  | { readonly kind: 'served'; readonly as: ServedKind }
  /** Somebody was reached, or the caller thought better of it. */
  | { readonly kind: 'unanswered'; readonly how: string }
  | { readonly kind: 'failed'; readonly cause: string }

export interface OutcomeFacts {
  /** Whether this was dialled for a group of phones. `uri` as the caller wrote it. */
  isGroup(uri: string): boolean
}

/** A caller who hears nothing for longer than this has not given up for reasons of his own. */
const patienceMs = 4_000

const answersOfPeople: Readonly<Record<number, string>> = {
  302: 'sent on to another number',
  486: 'busy',
  600: 'busy',
  603: 'declined',
  607: 'declined',
}

const failures: Readonly<Record<number, string>> = {
  403: 'not allowed',
  404: 'no such number',
  408: 'the called phone did not answer the box',
  410: 'no such number',
  429: 'too many calls',
  480: 'no phone is registered there',
  484: 'the number is incomplete',
  488: 'the phones share no codec',
  502: 'the way there is broken',
  503: 'no line or phone could take it',
  604: 'no such number',
}

/** Of a call that was answered, or is over. */
export function outcomeOf(record: CallRecord, facts: OutcomeFacts): CallOutcome {
  if (record.answeredAt !== undefined) return { kind: 'served', as: kindOf(record, facts) }
  const { status, endedBy, startedAt, endedAt = startedAt } = record
  const word = answersOfPeople[status]
  if (word !== undefined) return { kind: 'unanswered', how: word }
  // The record has a way from the first ring on.
  const hasRung = record.path !== undefined
  if (endedBy === 'caller') {
    return hasRung || endedAt - startedAt < patienceMs
      ? { kind: 'unanswered', how: 'the caller hung up' }
      : { kind: 'failed', cause: 'the caller gave up: nothing rang' }
  }
  if (hasRung && (status === 408 || status === 480 || status === 487))
    return { kind: 'unanswered', how: 'nobody answered' }
  return { kind: 'failed', cause: failures[status] ?? `answered ${status}` }
}

function kindOf(record: CallRecord, { isGroup }: OutcomeFacts): ServedKind {
  const { source, path, emergency, to, rescuedFrom } = record
  if (rescuedFrom) return 'rescued'
  if (emergency !== undefined) return 'emergency'
  if (path === 'trunk') return 'outside'
  if (source === 'trunk') return 'from outside'
  if (path === 'overlay' || source === 'overlay') return 'other site'
  if (path === 'pbx' || source === 'pbx') return 'pbx'
  if (path !== 'phone' || source !== 'phone') return 'other'
  return isGroup(to) ? 'group' : 'extension'
}
