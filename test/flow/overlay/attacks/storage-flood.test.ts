import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mostRecordsPerMessage } from '../../../../src/overlay/protocol/peer-message.ts'
import { usualStoreLimits } from '../../../../src/overlay/records/record-store.ts'
import type { TestBox } from '../../../contract/overlay/overlay-fixture.ts'
import { CollectedLog } from '../../../support/collected-log.ts'
import type { RogueBox } from './rogue-box.ts'
import { bytesOf, find, Town } from './town.ts'

const anna = 'sip:anna@town.example'

// Quotas made small, so that reaching them takes moments; the usual ones differ in their numbers only.
const quotas = { ...usualStoreLimits, entriesPerSigner: 200, bytesPerSigner: 100_000, signersPerResource: 8 }

describe('a flood of records by members', () => {
  let town: Town
  let boxes: readonly TestBox[]
  let victim: TestBox
  let good: TestBox
  let rogue: RogueBox
  let log: CollectedLog

  beforeEach(async () => {
    town = new Town()
    log = new CollectedLog()
    boxes = await town.fixture.boxes(2, { storeLimits: quotas, log })
    ;[victim, good] = boxes as [TestBox, TestBox]
    rogue = await town.memberRogue(boxes)
  })

  afterEach(() => town.close())

  /** Stores records about so many users at the victim; resolves with the verdicts. */
  const flood = async (count: number, valueBytes: number): Promise<{ outcome: string; reason: string }[]> => {
    const verdicts: { outcome: string; reason: string }[] = []
    for (let start = 0; start < count; start += mostRecordsPerMessage) {
      const records = Array.from({ length: Math.min(mostRecordsPerMessage, count - start) }, (_, number) =>
        rogue.sign(
          { resource: `sip:${start + number}@town.example`, value: new Uint8Array(valueBytes) },
          town.domain,
        ),
      )
      const reply = await rogue.ask(victim.network.self, { type: 'store', records })
      if (reply.type !== 'stored') throw new Error(reply.type)
      verdicts.push(...reply.verdicts)
    }
    return verdicts
  }

  it('ends at the quota of entries, and the others store on', async () => {
    const verdicts = await flood(300, 10)
    const stored = verdicts.filter(({ outcome }) => outcome === 'stored')
    expect(stored.length).toBe(quotas.entriesPerSigner)
    expect(verdicts.at(-1)).toMatchObject({
      outcome: 'quota',
      reason: expect.stringContaining('200 entries'),
    })
    const { holders } = await good.overlay.store('sip-aor', anna, bytesOf('at good'), 60)
    expect(holders).toContain(victim.overlay.peerName)
    expect(await find(victim, anna)).toEqual(['at good'])
  })

  it('ends at the quota of bytes', async () => {
    const verdicts = await flood(150, 1_000)
    const stored = verdicts.filter(({ outcome }) => outcome === 'stored').length
    expect(stored).toBeGreaterThan(10)
    expect(stored * 1_000).toBeLessThan(quotas.bytesPerSigner)
    expect(verdicts.at(-1)).toMatchObject({
      outcome: 'quota',
      reason: expect.stringContaining('100000 bytes'),
    })
  })

  it('is shown to whoever looks after the box, with the box that it came from', async () => {
    await flood(260, 10)
    expect(log.lines.filter(({ sentence }) => sentence === 'a record of a box was refused').length).toBe(1)
    expect(victim.overlay.status().refusedClaims).toMatchObject([
      { fault: 'quota', from: expect.stringMatching(`^${rogue.peer}\\.`) },
    ])
  })

  it('of many boxes about one user ends, too, and pushes out nobody', async () => {
    await good.overlay.store('sip-aor', anna, bytesOf('at good'), 60)
    const outcomes: string[] = []
    for (let number = 0; number < 10; number++) {
      const another = await town.memberRogue([victim])
      const record = another.sign({ resource: anna, value: bytesOf(`${number}`) }, town.domain)
      const reply = await another.ask(victim.network.self, { type: 'store', records: [record] })
      outcomes.push(reply.type === 'stored' ? (reply.verdicts[0]?.outcome ?? '') : reply.type)
    }
    expect(outcomes).toEqual([...Array(7).fill('stored'), ...Array(3).fill('quota')])
    const held = await good.ask(victim, { type: 'fetch', kind: 'sip-aor', resource: anna, watch: false })
    const records = held.type === 'records' ? held.records : []
    expect(records.length).toBe(quotas.signersPerResource)
    expect(records.some((record) => Buffer.from(record).includes('at good'))).toBe(true)
  })
})
