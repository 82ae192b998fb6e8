import { describe, expect, it } from 'vitest'
import type { CallRecord } from '../../../../src/domain/call-record.ts'
import { outcomeOf } from '../../../../src/survival/outages/call-outcome.ts'
import { aCall } from '../../../support/a-call.ts'

const facts = { isGroup: (uri: string) => uri.includes('sales') }

function outcome(record: Partial<CallRecord>) {
  return outcomeOf(aCall({ startedAt: 1_000, endedAt: 2_000, ...record }), facts)
}

describe('what became of a call in an outage', () => {
  it.each<[string, Partial<CallRecord>]>([
    ['extension', { path: 'phone' }],
    ['group', { path: 'phone', to: 'sip:sales@site-a.example' }],
    ['from outside', { source: 'trunk', path: 'phone', to: 'sip:sales@site-a.example' }],
    ['outside', { path: 'trunk' }],
    ['emergency', { path: 'trunk', emergency: 'call' }],
    ['other site', { path: 'overlay' }],
    ['other site', { source: 'overlay', path: 'phone' }],
    ['pbx', { path: 'pbx' }],
    ['other', { path: 'domain' }],
  ])('is served as %s', (as, record) => {
    expect(outcome({ answeredAt: 1_500, status: 200, ...record })).toEqual({ kind: 'served', as })
  })

  it.each<[string, Partial<CallRecord>]>([
    ['busy', { status: 486 }],
    ['declined', { status: 603, path: 'phone' }],
    ['nobody answered', { status: 480, path: 'phone' }],
    ['nobody answered', { status: 408, path: 'phone' }],
    ['the caller hung up', { status: 487, endedBy: 'caller', path: 'phone', endedAt: 60_000 }],
    ['the caller hung up', { status: 487, endedBy: 'caller' }],
    ['sent on to another number', { status: 302, endedBy: 'box' }],
  ])('was not answered: %s', (how, record) => {
    expect(outcome(record)).toEqual({ kind: 'unanswered', how })
  })

  it.each<[string, Partial<CallRecord>]>([
    ['no such number', { status: 404, endedBy: 'box' }],
    ['no phone is registered there', { status: 480, endedBy: 'box' }],
    ['no line or phone could take it', { status: 503 }],
    ['answered 499', { status: 499 }],
    ['the caller gave up: nothing rang', { status: 487, endedBy: 'caller', endedAt: 6_000 }],
  ])('failed: %s', (cause, record) => {
    expect(outcome(record)).toEqual({ kind: 'failed', cause })
  })
})
