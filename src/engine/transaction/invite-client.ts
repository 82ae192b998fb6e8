import type { Table, Transition } from './machine.ts'

export type InviteClientState = 'initial' | 'calling' | 'proceeding' | 'accepted' | 'completed' | 'terminated'

export type InviteClientEvent =
  | 'send'
  | '1xx'
  | '2xx'
  | '3xx-6xx'
  | 'timer-a'
  | 'timer-b'
  | 'timer-d'
  | 'timer-m'
  | 'cancel-expired'
  | 'transport-error'

export type InviteClientAction =
  | 'send-request'
  | 'resend-request'
  | 'send-ack'
  | 'start-timer-a'
  | 'start-timer-b'
  | 'start-timer-d'
  | 'start-timer-m'
  | 'stop-timers'
  | 'report-response'
  | 'report-another-2xx'
  | 'report-timeout'
  | 'report-transport-error'

/** RFC 3261 §17.1.1 with the Accepted state of RFC 6026 §8.4. */
const table: Table<InviteClientState, InviteClientEvent, InviteClientAction> = {
  initial: {
    send: ['calling', ['send-request', 'start-timer-a', 'start-timer-b']],
  },
  calling: {
    'timer-a': ['calling', ['resend-request', 'start-timer-a']],
    'timer-b': ['terminated', ['report-timeout']],
    'transport-error': ['terminated', ['report-transport-error']],
    '1xx': ['proceeding', ['stop-timers', 'report-response']],
    '2xx': ['accepted', ['stop-timers', 'start-timer-m', 'report-response']],
    '3xx-6xx': ['completed', ['stop-timers', 'send-ack', 'start-timer-d', 'report-response']],
  },
  proceeding: {
    '1xx': ['proceeding', ['report-response']],
    '2xx': ['accepted', ['stop-timers', 'start-timer-m', 'report-response']],
    '3xx-6xx': ['completed', ['stop-timers', 'send-ack', 'start-timer-d', 'report-response']],
    // RFC 3261 §9.1: 64·T1 after a CANCEL the transaction counts as cancelled, whatever the server says.
    'cancel-expired': ['terminated', ['report-timeout']],
  },
  accepted: {
    '2xx': ['accepted', ['report-another-2xx']],
    'timer-m': ['terminated', []],
  },
  completed: {
    '3xx-6xx': ['completed', ['send-ack']],
    'timer-d': ['terminated', []],
    'transport-error': ['terminated', []],
  },
  terminated: {},
}

/** Undefined when the event means nothing in this state. */
export function nextInviteClient(
  state: InviteClientState,
  event: InviteClientEvent,
): Transition<InviteClientState, InviteClientAction> | undefined {
  return table[state][event]
}
