import { describe, expect, it } from 'vitest'
import type { CallRecord } from '../../../../src/domain/call-record.ts'
import { concerns } from '../../../../src/survival/outages/concerned-calls.ts'
import { aCall } from '../../../support/a-call.ts'

const office = { pbx: 'office', domain: 'office.example' }
const owners = {
  ownerOf: (uri: string) => (uri.includes('+4930123') ? 'sip:201@office.example' : undefined),
}
const elsewhere = { from: 'sip:7@other.example', to: 'sip:8@other.example' }

describe('the calls of an outage', () => {
  it.each<[string, Partial<CallRecord>]>([
    ['from a phone of the PBX', { ...elsewhere, from: 'sip:201@office.example' }],
    ['from a phone that calls under another name', { ...elsewhere, sourceLabel: 'sip:201@office.example' }],
    ['to a name of the PBX', { ...elsewhere, to: 'sip:201@Office.example' }],
    ['to a direct number', { ...elsewhere, source: 'trunk', to: 'sip:+4930123@192.0.2.1' }],
    ['that reached a phone of it', { ...elsewhere, path: 'phone', target: 'sip:201@office.example' }],
    ['from the PBX', { ...elsewhere, source: 'pbx', sourceLabel: 'office' }],
    [
      'that were tried at the PBX',
      { ...elsewhere, attempts: [{ path: 'pbx', target: 'office', status: 503, tookMs: 1 }] },
    ],
  ])('are those %s', (_, record) => {
    expect(concerns(aCall(record), office, owners)).toBe(true)
  })

  it.each<[string, Partial<CallRecord>]>([
    ['other domains', elsewhere],
    ['another PBX', { ...elsewhere, source: 'pbx', sourceLabel: 'branch' }],
    ['a number of nobody', { ...elsewhere, source: 'trunk', to: 'tel:+4940999' }],
  ])('are not those of %s', (_, record) => {
    expect(concerns(aCall(record), office, owners)).toBe(false)
  })

  it('are in a rehearsal those of its users only', () => {
    const some = { ...office, users: new Set(['sip:201@office.example']) }
    expect(concerns(aCall({ ...elsewhere, to: 'sip:201@office.example' }), some, owners)).toBe(true)
    expect(concerns(aCall({ ...elsewhere, to: 'sip:202@office.example' }), some, owners)).toBe(false)
    expect(concerns(aCall({ ...elsewhere, source: 'pbx', sourceLabel: 'office' }), some, owners)).toBe(false)
  })
})
