import type { Table, Transition } from './machine.ts'

export type NonInviteServerState = 'trying' | 'proceeding' | 'completed' | 'terminated'

export type NonInviteServerEvent =
  | 'request'
  | 'timer-100'
  | 'respond-2xx-6xx'
  | 'timer-j'
  | 'unanswered'
  | 'transport-error'

export type NonInviteServerAction =
  | 'send-trying'
  | 'send-response'
  | 'resend-response'
  | 'start-unanswered'
  | 'start-timer-j'
  | 'stop-timers'

/** RFC 3261 §17.2.2, with the one provisional response that RFC 4320 §4.1 leaves. */
const table: Table<NonInviteServerState, NonInviteServerEvent, NonInviteServerAction> = {
  trying: {
    request: ['trying', []],
    'timer-100': ['proceeding', ['send-trying', 'start-unanswered']],
    'respond-2xx-6xx': ['completed', ['stop-timers', 'send-response', 'start-timer-j']],
  },
  proceeding: {
    request: ['proceeding', ['resend-response']],
    'respond-2xx-6xx': ['completed', ['stop-timers', 'send-response', 'start-timer-j']],
    // RFC 4320 §4.2: after 64·T1 the client has given up, and an answer would only be a stray.
    unanswered: ['terminated', []],
    'transport-error': ['terminated', []],
  },
  completed: {
    request: ['completed', ['resend-response']],
    'timer-j': ['terminated', []],
    'transport-error': ['terminated', []],
  },
  terminated: {},
}

/** Undefined when the event means nothing in this state: a response that comes too late is not sent. */
export function nextNonInviteServer(
  state: NonInviteServerState,
  event: NonInviteServerEvent,
): Transition<NonInviteServerState, NonInviteServerAction> | undefined {
  return table[state][event]
}
