import { describe, expect, it } from 'vitest'
import { RefusedClaims } from '../../../src/overlay/trust/refused-claims.ts'

describe('refused claims', () => {
  it('counts every one, keeps the last ones newest first, and says which are news', () => {
    const claims = new RefusedClaims()
    const foreign = { fault: 'not-yours', reason: 'the signer may not speak for sip:anna@town.example' }
    expect(claims.note('thief', foreign, 1)).toBe(true)
    expect(claims.note('forger', { fault: 'bad-signature', reason: 'no' }, 2)).toBe(true)
    expect(claims.note('thief', foreign, 3)).toBe(false)
    expect(claims.counts).toEqual({ 'not-yours': 2, 'bad-signature': 1 })
    expect(claims.recent).toMatchObject([
      { from: 'thief', times: 2, at: 3 },
      { from: 'forger', times: 1, at: 2 },
    ])
  })

  it('counts what happens between honest boxes, and says nothing of it', () => {
    const claims = new RefusedClaims()
    expect(claims.note('box', { fault: 'older', reason: 'a newer record of that box is here' }, 1)).toBe(
      false,
    )
    expect(claims.counts).toEqual({ older: 1 })
    expect(claims.recent).toEqual([])
  })

  it('keeps 32 whatever a flood brings', () => {
    const claims = new RefusedClaims()
    for (let n = 0; n < 1_000; n++) claims.note(`rogue ${n}`, { fault: 'malformed', reason: 'no' }, n)
    expect(claims.recent).toHaveLength(32)
    expect(claims.recent[0]?.from).toBe('rogue 999')
    expect(claims.counts).toEqual({ malformed: 1_000 })
  })

  it('names invented without end are worth one line in ten seconds', () => {
    const claims = new RefusedClaims()
    const lines = Array.from({ length: 200 }, (_, second) =>
      claims.note('rogue', { fault: 'not-yours', reason: `sip:${second}@town.example` }, second * 100),
    )
    expect(lines.filter(Boolean)).toHaveLength(2)
    expect(claims.note('rogue', { fault: 'quota', reason: 'full' }, 20_000)).toBe(true)
  })
})
