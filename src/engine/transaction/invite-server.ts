import type { Table, Transition } from './machine.ts'

export type InviteServerState = 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated'

export type InviteServerEvent =
  | 'request'
  | 'ack'
  | 'respond-1xx'
  | 'respond-2xx'
  | 'respond-3xx-6xx'
  | 'respond-challenge'
  | 'timer-100'
  | 'timer-g'
  | 'timer-h'
  | 'timer-i'
  | 'timer-l'
  | 'transport-error'

export type InviteServerAction =
  | 'send-trying'
  | 'send-response'
  | 'resend-response'
  | 'start-timer-g'
  | 'start-timer-h'
  | 'start-timer-i'
  | 'start-timer-l'
  | 'stop-timers'
  | 'report-ack'

/** RFC 3261 §17.2.1 with the Accepted state of RFC 6026 §8.5. */
const table: Table<InviteServerState, InviteServerEvent, InviteServerAction> = {
  proceeding: {
    request: ['proceeding', ['resend-response']],
    'timer-100': ['proceeding', ['send-trying']],
    'respond-1xx': ['proceeding', ['send-response']],
    'respond-2xx': ['accepted', ['stop-timers', 'send-response', 'start-timer-l']],
    'respond-3xx-6xx': ['completed', ['stop-timers', 'send-response', 'start-timer-g', 'start-timer-h']],
    // RFC 3261 §26.3.2.4: repeated only when asked, or a forged address would get eleven for one.
    'respond-challenge': ['completed', ['stop-timers', 'send-response', 'start-timer-h']],
    'transport-error': ['terminated', []],
  },
  accepted: {
    request: ['accepted', []],
    ack: ['accepted', ['report-ack']],
    'respond-2xx': ['accepted', ['send-response']],
    // RFC 6026 §7.1: the core's retransmissions of the 2xx may still get through.
    'transport-error': ['accepted', []],
    'timer-l': ['terminated', []],
  },
  completed: {
    request: ['completed', ['resend-response']],
    'timer-g': ['completed', ['resend-response', 'start-timer-g']],
    ack: ['confirmed', ['stop-timers', 'start-timer-i']],
    'timer-h': ['terminated', []],
    'transport-error': ['terminated', []],
  },
  confirmed: {
    request: ['confirmed', []],
    ack: ['confirmed', []],
    'timer-i': ['terminated', []],
  },
  terminated: {},
}

/** Undefined when the event means nothing in this state: a response that comes too late is not sent. */
export function nextInviteServer(
  state: InviteServerState,
  event: InviteServerEvent,
): Transition<InviteServerState, InviteServerAction> | undefined {
  return table[state][event]
}
