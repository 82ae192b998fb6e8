import type { Table, Transition } from './machine.ts'

export type NonInviteClientState = 'initial' | 'trying' | 'proceeding' | 'completed' | 'terminated'

export type NonInviteClientEvent =
  | 'send'
  | '1xx'
  | '2xx-6xx'
  | 'timer-e'
  | 'timer-f'
  | 'timer-k'
  | 'transport-error'

export type NonInviteClientAction =
  | 'send-request'
  | 'resend-request'
  | 'start-timer-e'
  | 'start-timer-e-at-t2'
  | 'start-timer-f'
  | 'start-timer-k'
  | 'stop-timers'
  | 'report-response'
  | 'report-timeout'
  | 'report-transport-error'

/** RFC 3261 §17.1.2. */
const table: Table<NonInviteClientState, NonInviteClientEvent, NonInviteClientAction> = {
  initial: {
    send: ['trying', ['send-request', 'start-timer-e', 'start-timer-f']],
  },
  trying: {
    'timer-e': ['trying', ['resend-request', 'start-timer-e']],
    'timer-f': ['terminated', ['report-timeout']],
    'transport-error': ['terminated', ['report-transport-error']],
    '1xx': ['proceeding', ['report-response']],
    '2xx-6xx': ['completed', ['stop-timers', 'start-timer-k', 'report-response']],
  },
  proceeding: {
    'timer-e': ['proceeding', ['resend-request', 'start-timer-e-at-t2']],
    'timer-f': ['terminated', ['report-timeout']],
    'transport-error': ['terminated', ['report-transport-error']],
    '1xx': ['proceeding', ['report-response']],
    '2xx-6xx': ['completed', ['stop-timers', 'start-timer-k', 'report-response']],
  },
  completed: {
    '2xx-6xx': ['completed', []],
    'timer-k': ['terminated', []],
  },
  terminated: {},
}

/** Undefined when the event means nothing in this state. */
export function nextNonInviteClient(
  state: NonInviteClientState,
  event: NonInviteClientEvent,
): Transition<NonInviteClientState, NonInviteClientAction> | undefined {
  return table[state][event]
}
