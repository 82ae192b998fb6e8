import { describe, expect, it } from 'vitest'
import { handoverAt } from '../../../src/overlay/records/handover.ts'
import { type PlacedPeer, pointOfResource } from '../../../src/overlay/records/placement.ts'
import type { CheckedRecord } from '../../../src/overlay/records/record-check.ts'
import { RecordStore } from '../../../src/overlay/records/record-store.ts'
import { SharedDigest, sharedDigests } from '../../../src/overlay/records/shared-digests.ts'
import { anna, checked, now } from './some-records.ts'

/** Everything is held by all of them. */
const holders = { of: () => ['a', 'b', 'c'] }
const users = Array.from({ length: 200 }, (_, number) =>
  checked({ resource: `sip:${number}@town.example`, signer: 'a' }),
)

async function digestWith(peer: string, self: string, records: readonly CheckedRecord[]) {
  const store = new RecordStore()
  for (const record of records) store.put(record)
  const digests = await sharedDigests(self, store.marked(now), holders, () => undefined)
  return digests.get(peer) ?? new SharedDigest()
}

describe('digests of what two boxes hold', () => {
  it('are the same for the same records, in whatever order they came', async () => {
    const ours = await digestWith('b', 'a', users)
    const theirs = await digestWith('a', 'b', users.toReversed())
    expect(ours.differences(theirs.whole)).toEqual([])
    expect(ours.differences(theirs.parts)).toEqual([])
    expect(theirs.whole).toHaveLength(8)
    expect(theirs.parts).toHaveLength(512)
  })

  it('differ in one place of 64 when one record is missing or older', async () => {
    const ours = await digestWith('b', 'a', users)
    const without = await digestWith('a', 'b', users.slice(1))
    const [first, ...rest] = users as [CheckedRecord, ...CheckedRecord[]]
    const newer = await digestWith('a', 'b', [{ ...first, storedAt: now + 1 }, ...rest])
    expect(ours.differences(without.whole)).toEqual([0])
    expect(ours.differences(without.parts)).toHaveLength(1)
    expect(ours.differences(newer.parts)).toEqual(ours.differences(without.parts))
  })

  it('a box that is no holder shares what it signed, and nothing else', async () => {
    const ofD = users.map((record) => ({ ...record, signer: 'd' }))
    const none = await digestWith('a', 'd', users)
    expect(none.differences(new SharedDigest().parts)).toEqual([])
    const ours = await digestWith('a', 'd', ofD)
    const theirs = await digestWith('d', 'a', [...ofD, ...users])
    expect(ours.differences(theirs.parts)).toEqual([])
    expect(ours.differences(new SharedDigest().whole)).toEqual([0])
  })

  it('bytes that are no digest differ nowhere', async () => {
    const ours = await digestWith('b', 'a', users)
    expect(ours.differences(Buffer.alloc(100))).toEqual([])
  })
})

describe('the hand-over after a change of the members', () => {
  /** So far from the resource, in steps. */
  const at = (peer: string, distance: number): PlacedPeer => {
    const point = Buffer.from(pointOfResource('sip-aor', anna))
    point[0] = (point[0] ?? 0) ^ distance
    return { peer, point }
  }
  const point = pointOfResource('sip-aor', anna)
  const [a, b, c, d, e] = [at('a', 1), at('b', 2), at('c', 4), at('d', 8), at('e', 16)]

  it('is made by the first holder that stays, to those who come in', () => {
    const lost = handoverAt(point, { before: [a, b, c, d], after: [b, c, d] }, 3)
    expect(lost).toEqual({ newcomers: ['d'], giver: 'b' })
    const joined = handoverAt(point, { before: [b, c, d], after: [a, b, c, d] }, 3)
    expect(joined).toEqual({ newcomers: ['a'], giver: 'b' })
  })

  it('concerns nobody when the holders are the same', () => {
    expect(handoverAt(point, { before: [a, b, c, d], after: [a, b, c, e] }, 3).newcomers).toEqual([])
  })

  it('has no giver when no holder is left', () => {
    const gone = handoverAt(point, { before: [a, b], after: [c, d, e] }, 2)
    expect(gone).toEqual({ newcomers: ['c', 'd'], giver: undefined })
  })
})
