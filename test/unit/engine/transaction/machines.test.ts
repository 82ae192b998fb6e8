import { describe, expect, it } from 'vitest'
import { nextInviteClient } from '../../../../src/engine/transaction/invite-client.ts'
import { nextInviteServer } from '../../../../src/engine/transaction/invite-server.ts'
import { nextNonInviteClient } from '../../../../src/engine/transaction/non-invite-client.ts'
import { nextNonInviteServer } from '../../../../src/engine/transaction/non-invite-server.ts'

/** One row per arrow of the RFC's figure: state, event, next state, actions. Every pair that has no row must be illegal. */
type Row<S, E, A> = readonly [state: S, event: E, next: S, ...actions: A[]]

function showMachine<S extends string, E extends string, A extends string>(
  next: (state: S, event: E) => readonly [S, readonly A[]] | undefined,
  states: readonly S[],
  events: readonly E[],
  rows: readonly Row<S, E, A>[],
): void {
  for (const state of states) {
    for (const event of events) {
      const row = rows.find((candidate) => candidate[0] === state && candidate[1] === event)
      const expected = row ? [row[2], row.slice(3)] : undefined
      it(`${state}, ${event}: ${row ? `${row[2]} ${row.slice(3).join(' ')}` : 'ignored'}`, () => {
        expect(next(state, event)).toEqual(expected)
      })
    }
  }
}

describe('INVITE client transaction', () => {
  const answered = ['stop-timers', 'start-timer-m', 'report-response'] as const
  const refused = ['stop-timers', 'send-ack', 'start-timer-d', 'report-response'] as const
  showMachine(
    nextInviteClient,
    ['initial', 'calling', 'proceeding', 'accepted', 'completed', 'terminated'],
    [
      'send',
      '1xx',
      '2xx',
      '3xx-6xx',
      'timer-a',
      'timer-b',
      'timer-d',
      'timer-m',
      'cancel-expired',
      'transport-error',
    ],
    [
      ['initial', 'send', 'calling', 'send-request', 'start-timer-a', 'start-timer-b'],
      ['calling', 'timer-a', 'calling', 'resend-request', 'start-timer-a'],
      ['calling', 'timer-b', 'terminated', 'report-timeout'],
      ['calling', 'transport-error', 'terminated', 'report-transport-error'],
      ['calling', '1xx', 'proceeding', 'stop-timers', 'report-response'],
      ['calling', '2xx', 'accepted', ...answered],
      ['calling', '3xx-6xx', 'completed', ...refused],
      ['proceeding', '1xx', 'proceeding', 'report-response'],
      ['proceeding', '2xx', 'accepted', ...answered],
      ['proceeding', '3xx-6xx', 'completed', ...refused],
      ['proceeding', 'cancel-expired', 'terminated', 'report-timeout'],
      ['accepted', '2xx', 'accepted', 'report-another-2xx'],
      ['accepted', 'timer-m', 'terminated'],
      ['completed', '3xx-6xx', 'completed', 'send-ack'],
      ['completed', 'timer-d', 'terminated'],
      ['completed', 'transport-error', 'terminated'],
    ],
  )
})

describe('non-INVITE client transaction', () => {
  const final = ['stop-timers', 'start-timer-k', 'report-response'] as const
  showMachine(
    nextNonInviteClient,
    ['initial', 'trying', 'proceeding', 'completed', 'terminated'],
    ['send', '1xx', '2xx-6xx', 'timer-e', 'timer-f', 'timer-k', 'transport-error'],
    [
      ['initial', 'send', 'trying', 'send-request', 'start-timer-e', 'start-timer-f'],
      ['trying', 'timer-e', 'trying', 'resend-request', 'start-timer-e'],
      ['trying', 'timer-f', 'terminated', 'report-timeout'],
      ['trying', 'transport-error', 'terminated', 'report-transport-error'],
      ['trying', '1xx', 'proceeding', 'report-response'],
      ['trying', '2xx-6xx', 'completed', ...final],
      ['proceeding', 'timer-e', 'proceeding', 'resend-request', 'start-timer-e-at-t2'],
      ['proceeding', 'timer-f', 'terminated', 'report-timeout'],
      ['proceeding', 'transport-error', 'terminated', 'report-transport-error'],
      ['proceeding', '1xx', 'proceeding', 'report-response'],
      ['proceeding', '2xx-6xx', 'completed', ...final],
      ['completed', '2xx-6xx', 'completed'],
      ['completed', 'timer-k', 'terminated'],
    ],
  )
})

describe('INVITE server transaction', () => {
  showMachine(
    nextInviteServer,
    ['proceeding', 'accepted', 'completed', 'confirmed', 'terminated'],
    [
      'request',
      'ack',
      'respond-1xx',
      'respond-2xx',
      'respond-3xx-6xx',
      'respond-challenge',
      'timer-100',
      'timer-g',
      'timer-h',
      'timer-i',
      'timer-l',
      'transport-error',
    ],
    [
      ['proceeding', 'request', 'proceeding', 'resend-response'],
      ['proceeding', 'timer-100', 'proceeding', 'send-trying'],
      ['proceeding', 'respond-1xx', 'proceeding', 'send-response'],
      ['proceeding', 'respond-2xx', 'accepted', 'stop-timers', 'send-response', 'start-timer-l'],
      [
        'proceeding',
        'respond-3xx-6xx',
        'completed',
        'stop-timers',
        'send-response',
        'start-timer-g',
        'start-timer-h',
      ],
      ['proceeding', 'respond-challenge', 'completed', 'stop-timers', 'send-response', 'start-timer-h'],
      ['proceeding', 'transport-error', 'terminated'],
      ['accepted', 'request', 'accepted'],
      ['accepted', 'ack', 'accepted', 'report-ack'],
      ['accepted', 'respond-2xx', 'accepted', 'send-response'],
      ['accepted', 'transport-error', 'accepted'],
      ['accepted', 'timer-l', 'terminated'],
      ['completed', 'request', 'completed', 'resend-response'],
      ['completed', 'timer-g', 'completed', 'resend-response', 'start-timer-g'],
      ['completed', 'ack', 'confirmed', 'stop-timers', 'start-timer-i'],
      ['completed', 'timer-h', 'terminated'],
      ['completed', 'transport-error', 'terminated'],
      ['confirmed', 'request', 'confirmed'],
      ['confirmed', 'ack', 'confirmed'],
      ['confirmed', 'timer-i', 'terminated'],
    ],
  )
})

describe('non-INVITE server transaction', () => {
  const final = ['stop-timers', 'send-response', 'start-timer-j'] as const
  showMachine(
    nextNonInviteServer,
    ['trying', 'proceeding', 'completed', 'terminated'],
    ['request', 'timer-100', 'respond-2xx-6xx', 'timer-j', 'unanswered', 'transport-error'],
    [
      ['trying', 'request', 'trying'],
      ['trying', 'timer-100', 'proceeding', 'send-trying', 'start-unanswered'],
      ['trying', 'respond-2xx-6xx', 'completed', ...final],
      ['proceeding', 'request', 'proceeding', 'resend-response'],
      ['proceeding', 'respond-2xx-6xx', 'completed', ...final],
      ['proceeding', 'unanswered', 'terminated'],
      ['proceeding', 'transport-error', 'terminated'],
      ['completed', 'request', 'completed', 'resend-response'],
      ['completed', 'timer-j', 'terminated'],
      ['completed', 'transport-error', 'terminated'],
    ],
  )
})
