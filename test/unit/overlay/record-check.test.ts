import { describe, expect, it } from 'vitest'
import { SigningKey } from '../../../src/lib/ed25519.ts'
import { checkRecord, type RecordFault, RecordRefused } from '../../../src/overlay/records/record-check.ts'
import { anna, credentials, now, SomeBox } from './some-records.ts'

const box = new SomeBox()

function faultOf(bytes: Uint8Array, at = now): RecordFault | 'good' {
  try {
    checkRecord(bytes, 'town.example', credentials, at)
    return 'good'
  } catch (error) {
    if (error instanceof RecordRefused) return error.fault
    throw error
  }
}

describe('checking a record', () => {
  it('a good one names its signer and its end', () => {
    const record = checkRecord(box.sign(), 'town.example', credentials, now)
    expect(record).toMatchObject({ resource: anna, signer: box.peer, expiresAt: now + 60_000 })
  })

  it('any changed byte is noticed', () => {
    const bytes = box.sign()
    for (let place = 0; place < bytes.length; place += 7) {
      const changed = bytes.slice()
      changed[place] = (changed[place] ?? 0) ^ 0x01
      expect(faultOf(changed), `byte ${place}`).not.toBe('good')
    }
  })

  it('nonsense, and what is too large, is refused before anything is computed', () => {
    expect(faultOf(new Uint8Array())).toBe('malformed')
    expect(faultOf(new Uint8Array(5_000))).toBe('too-large')
    expect(faultOf(box.sign({ value: new Uint8Array(1_025) }))).toBe('malformed')
  })

  it('a credential of another trust root counts for nothing', () => {
    expect(faultOf(new SomeBox(['*'], SigningKey.generate()).sign())).toBe('foreign-credential')
  })

  it('a revoked signer is not believed, whatever it signed and when', () => {
    const revoked = { read: (bytes: Uint8Array) => credentials.read(bytes), isRevoked: () => true }
    expect(() => checkRecord(box.sign(), 'town.example', revoked, now)).toThrow(
      expect.objectContaining({ fault: 'revoked' }),
    )
  })

  it('a record for another overlay counts for nothing', () => {
    expect(faultOf(box.sign({}, 'other.example'))).toBe('bad-signature')
  })

  it('expires to the millisecond', () => {
    expect(faultOf(box.sign(), now + 59_999)).toBe('good')
    expect(faultOf(box.sign(), now + 60_000)).toBe('expired')
  })

  it('tolerates a minute of clock difference and no more', () => {
    expect(faultOf(box.sign({ storedAt: now + 60_000 }))).toBe('good')
    expect(faultOf(box.sign({ storedAt: now + 60_001 }))).toBe('from-the-future')
  })

  it('lives a day at most', () => {
    expect(faultOf(box.sign({ lifetimeSeconds: 86_400 }))).toBe('good')
    expect(faultOf(box.sign({ lifetimeSeconds: 86_401 }))).toBe('bad-lifetime')
    expect(faultOf(box.sign({ lifetimeSeconds: 0 }))).toBe('bad-lifetime')
  })

  it('ends with the credential', () => {
    const longAfter = now + 86_400_001
    expect(faultOf(box.sign({ storedAt: longAfter }), longAfter)).toBe('credential-not-valid-now')
  })

  it('a box speaks only for the domains that its credential names', () => {
    const school = new SomeBox(['school.example', '*.villages.example'])
    const say = (resource: string) => faultOf(school.sign({ resource }))
    expect(say('sip:anna@school.example')).toBe('good')
    expect(say('sip:anna@north.villages.example')).toBe('good')
    expect(say('sip:anna@villages.example')).toBe('not-yours')
    expect(say('sip:anna@evilvillages.example')).toBe('not-yours')
    expect(say('sip:anna@school.example@town.example')).toBe('not-yours')
    expect(say('anna')).toBe('not-yours')
  })

  it('a canary sings under its own name only', () => {
    expect(faultOf(box.sign({ kind: 'canary', resource: box.peer }))).toBe('good')
    expect(faultOf(box.sign({ kind: 'canary', resource: 'somebody' }))).toBe('not-yours')
  })
})
