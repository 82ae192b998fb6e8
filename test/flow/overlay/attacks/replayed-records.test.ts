import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually, ShiftedClock, type TestBox } from '../../../contract/overlay/overlay-fixture.ts'
import type { RogueBox } from './rogue-box.ts'
import { bytesOf, find, Town } from './town.ts'

const anna = 'sip:anna@town.example'

// The rogue is a holder, so it keeps every record that it was ever given, good signatures and all.
describe('an old record that a holder has kept', () => {
  let town: Town
  let home: TestBox
  let other: TestBox
  let rogue: RogueBox
  const clock = new ShiftedClock()

  beforeEach(async () => {
    clock.shift = 0
    town = new Town()
    const boxes = (await town.fixture.boxes(2, { clock })) as [TestBox, TestBox]
    ;[home, other] = boxes
    rogue = await town.memberRogue(boxes)
  })

  afterEach(() => town.close())

  /** Stores at home; resolves with the record as the rogue was given it. */
  const store = async (text: string, lifetimeSeconds = 60): Promise<Uint8Array> => {
    await home.overlay.store('sip-aor', anna, bytesOf(text), lifetimeSeconds)
    const given = rogue.heard.findLast(({ type }) => type === 'store')
    if (given?.type !== 'store' || !given.records[0]) throw new Error('the rogue is no holder')
    return given.records[0]
  }
  const replay = async (record: Uint8Array, at = other): Promise<string | undefined> => {
    const reply = await rogue.ask(at.network.self, { type: 'store', records: [record] })
    return reply.type === 'stored' ? reply.verdicts[0]?.outcome : reply.type
  }
  const serve = (record: Uint8Array) => {
    rogue.lie = ({ type }) => (type === 'fetch' ? { type: 'records', records: [record] } : undefined)
  }

  it('is refused where a newer one is, and loses against it where it is served', async () => {
    const old = await store('yesterday')
    await store('today')
    expect(await replay(old)).toBe('older')
    expect(await replay(old, home)).toBe('older')
    serve(old)
    expect(await find(other, anna)).toEqual(['today'])
  })

  it('does not come back after its removal', async () => {
    const old = await store('was here')
    await home.overlay.remove('sip-aor', anna)
    expect(await replay(old)).toBe('older')
    serve(old)
    expect(await find(other, anna)).toEqual([])
  })

  it('is worth nothing once it has expired, with or without a newer one', async () => {
    const old = await store('an hour ago')
    clock.shift = 61_000
    expect(await replay(old)).toBe('expired')
    serve(old)
    expect(await find(other, anna)).toEqual([])
  })

  it('with a longer life than its successor is still refused when that one has expired', async () => {
    const long = await store('for a day', 86_400)
    await store('for a minute', 60)
    clock.shift = 61_000
    expect(await replay(long)).toBe('older')
  })

  it('given to a holder that has just restarted is overtaken by what the others bring', async () => {
    const old = await store('yesterday', 3_600)
    await store('today', 3_600)
    const { key } = other
    await other.overlay.stop()
    const again = await town.fixture.box({ key, clock })
    await eventually(() => again.overlay.health().connectedPeers >= 1)
    await rogue.knock(again.network)
    expect(['stored', 'older']).toContain(await replay(old, again))
    await eventually(async () => (await find(again, anna)).join() === 'today')
    await eventually(async () => (await replay(old, again)) === 'older')
  })

  it('of a removed entry, given to a holder that has just restarted, is overtaken too', async () => {
    const old = await store('was here', 3_600)
    await home.overlay.remove('sip-aor', anna)
    const { key } = other
    await other.overlay.stop()
    const again = await town.fixture.box({ key, clock })
    await eventually(() => again.overlay.health().connectedPeers >= 1)
    await rogue.knock(again.network)
    expect(['stored', 'older']).toContain(await replay(old, again))
    await eventually(async () => (await replay(old, again)) === 'older')
    expect(await find(again, anna)).toEqual([])
  })
})
