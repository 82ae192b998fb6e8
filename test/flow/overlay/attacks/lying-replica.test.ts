import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { longestRecord } from '../../../../src/overlay/records/record.ts'
import type { TestBox } from '../../../contract/overlay/overlay-fixture.ts'
import type { RogueAnswer, RogueBox } from './rogue-box.ts'
import { bytesOf, find, storeWhere, Town } from './town.ts'

interface Facts {
  readonly liar: RogueBox
  readonly resource: string
  /** What the home box stored first, and then replaced. */
  readonly old: Uint8Array
}

const records = (...served: readonly Uint8Array[]): RogueAnswer => ({ type: 'records', records: served })

const lies: Readonly<Record<string, (facts: Facts) => RogueAnswer>> = {
  'say that they have nothing': () => records(),
  'serve what was replaced': ({ old }) => records(old),
  'serve a record that is altered': ({ old }) => records(altered(old)),
  'serve a record of another user': ({ liar, resource }) =>
    records(liar.sign({ resource: `${resource}2`, value: bytesOf('elsewhere') }, 'town.example')),
  'serve a tombstone of their own': ({ liar, resource }) =>
    records(liar.sign({ resource, removed: true, storedAt: Date.now() + 30_000 }, 'town.example')),
  'serve 64 records of junk': () => records(...Array.from({ length: 64 }, () => randomBytes(longestRecord))),
  'serve one record 64 times': ({ old }) => records(...Array.from({ length: 64 }, () => old)),
  'answer what was not asked': () => ({ type: 'stored', verdicts: [] }),
  'answer no CBOR': () => bytesOf('GET / HTTP/1.1\r\n\r\n'),
  'refuse to answer': () => ({ type: 'refused', code: 'busy', reason: 'not now' }),
  'take their time, for an answer that was replaced': ({ old }) => ({
    late: { type: 'records', records: [old] },
    byMilliseconds: 200,
  }),
  'never answer': () => 'silence',
}

// Two of the three holders lie, the third is the user's own home box; who asks holds nothing.
describe('two of three holders lie', () => {
  let town: Town
  let home: TestBox
  let asker: TestBox
  let liars: readonly RogueBox[]
  let facts: Omit<Facts, 'liar'>

  beforeEach(async () => {
    town = new Town()
    const boxes = (await town.fixture.boxes(2)) as [TestBox, TestBox]
    ;[home, asker] = boxes
    liars = [await town.memberRogue(boxes), await town.memberRogue(boxes)]
    facts = await storedAtLiars()
  })

  afterEach(() => town.close())

  /** A user whom home and both liars hold. */
  const storedAtLiars = async (): Promise<Omit<Facts, 'liar'>> => {
    const resource = await storeWhere(home, 'old', (holders) => !holders.includes(asker.network.self))
    const kept = liars[0]?.heard.findLast(({ type }) => type === 'store')
    if (kept?.type !== 'store' || !kept.records[0]) throw new Error('the liar was not asked to store')
    await home.overlay.store('sip-aor', resource, bytesOf('new'), 60)
    return { resource, old: kept.records[0] }
  }

  it.each(Object.entries(lies))('and %s: the user is found where he is', async (_, lie) => {
    for (const liar of liars)
      liar.lie = (question) => (question.type === 'fetch' ? lie({ ...facts, liar }) : undefined)
    expect(await find(asker, facts.resource)).toEqual(['new'])
    for (const liar of liars) expect(liar.heard.some(({ type }) => type === 'fetch')).toBe(true)
    expect(asker.overlay.health().connectedPeers).toBe(3)
  })
})

function altered(record: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(record)
  const place = Buffer.from(copy).indexOf('old')
  copy.set(bytesOf('bad'), place)
  return copy
}
