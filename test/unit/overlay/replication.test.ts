import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MemoryBox } from '../../../src/drivers/memory-overlay/memory-overlay.ts'
import { encodeMessage, protocolVersion } from '../../../src/overlay/protocol/peer-message.ts'
import { ATown } from './a-town.ts'

const users = Array.from({ length: 40 }, (_, number) => `sip:${number}@town.example`)
const value = Buffer.from('here')
const taken = { outcome: 'stored', reason: '', latest: 0 }

describe('copies of records', { timeout: 30_000 }, () => {
  let town: ATown
  let owner: MemoryBox

  beforeEach(async () => {
    town = new ATown()
    await town.grow(5)
    owner = town.boxes[0] as MemoryBox
  })

  afterEach(() => town.close())

  const storeAll = () => Promise.all(users.map((user) => owner.overlay.store('sip-aor', user, value, 3_600)))
  const copiesOfAll = () => Promise.all(users.map((user) => town.copies(user)))
  const others = () => town.boxes.filter((box) => box !== owner)

  it('are made again within two seconds after a holder was killed, each offered by one box', async () => {
    await storeAll()
    const victim = others()[0] as MemoryBox
    const lost = (await copiesOfAll()).reduce((sum, copies) => sum + copies)
    await town.kill(victim)
    const left = (await copiesOfAll()).reduce((sum, copies) => sum + copies)
    expect(left).toBeLessThan(lost)
    town.asked.clear()
    await town.pass(1_500)
    expect(Math.min(...(await copiesOfAll()))).toBe(3)
    // Four boxes, each to at most three others.
    expect(town.asked.get('offer')).toBeLessThanOrEqual(12)
  })

  it('come back to a holder that was restarted in a moment', async () => {
    await storeAll()
    const victim = others()[0] as MemoryBox
    await town.kill(victim)
    await town.box(victim.key)
    await town.pass(3_000)
    expect(await copiesOfAll()).toEqual(users.map(() => 3))
  })

  it('a holder that does not answer gets its copy when it does', async () => {
    const [deaf] = others() as [MemoryBox]
    town.meddle = (_, to, { type }) => (to === deaf.port.self && type === 'store' ? 'silence' : undefined)
    const { value: receipts } = await town.timed(storeAll())
    expect(receipts.some(({ holders, wanted }) => holders.length < wanted)).toBe(true)
    town.meddle = () => undefined
    await town.pass(6_000)
    expect(await copiesOfAll()).toEqual(users.map(() => 3))
  })

  it('what a holder lost without anybody noticing is found by comparing', async () => {
    const [liar] = others() as [MemoryBox]
    town.meddle = (_, to, request) =>
      to === liar.port.self && request.type === 'store'
        ? Promise.resolve({ type: 'stored', verdicts: request.records.map(() => taken) })
        : undefined
    await storeAll()
    expect(Math.min(...(await copiesOfAll()))).toBe(2)
    town.meddle = () => undefined
    await town.pass(30_000)
    expect(await copiesOfAll()).toEqual(users.map(() => 3))
  })

  it('are saved by their owner when every box that was to hand them over failed to', async () => {
    await storeAll()
    // Nobody but the owner gets an offer through.
    town.meddle = (from, _, { type }) => (from !== owner && type === 'offer' ? 'silence' : undefined)
    await town.kill(others()[0] as MemoryBox)
    await town.pass(4_000)
    expect(await copiesOfAll()).toEqual(users.map(() => 3))
  })

  it('are saved by their owner when all holders lost them without anybody noticing', async () => {
    town.meddle = (_, to, request) =>
      request.type === 'store' && to !== owner.port.self
        ? Promise.resolve({ type: 'stored', verdicts: request.records.map(() => taken) })
        : undefined
    await storeAll()
    expect(Math.min(...(await copiesOfAll()))).toBe(0)
    town.meddle = () => undefined
    await town.pass(30_000)
    expect(await copiesOfAll()).toEqual(users.map(() => 3))
  })

  it('come back to a holder that was restarted behind a connection that stayed', async () => {
    const [restarted] = others() as [MemoryBox]
    town.meddle = (_, to, request) =>
      to === restarted.port.self && request.type === 'store'
        ? Promise.resolve({ type: 'stored', verdicts: request.records.map(() => taken) })
        : undefined
    await storeAll()
    town.meddle = () => undefined
    const { credential, port } = restarted
    const hello = {
      type: 'hello',
      version: protocolVersion,
      credential,
      role: 'peer',
      addresses: [],
    } as const
    for (const box of town.boxes)
      if (box !== restarted) await box.port.answer(port.self, encodeMessage(hello))
    await town.pass(2_500)
    expect(await copiesOfAll()).toEqual(users.map(() => 3))
  })

  it('cost nothing per record while nothing changes', async () => {
    await storeAll()
    await town.pass(10_000)
    town.asked.clear()
    await town.pass(120_000)
    // A canary, one a box in two minutes, may be stored between the two sides of a comparison.
    expect(town.asked.get('offer') ?? 0).toBeLessThan(5)
    expect(town.asked.get('compare')).toBeLessThan((5 * 120) / 3.5)
    expect(town.asked.get('compare')).toBeGreaterThan((5 * 120) / 7)
  })

  it('of a refreshed record are the new ones, and still three', async () => {
    await storeAll()
    await town.pass(1_000)
    await storeAll()
    await town.pass(60_000)
    expect(await copiesOfAll()).toEqual(users.map(() => 3))
  })
})

describe('when holders fall silent', { timeout: 30_000 }, () => {
  let town: ATown

  beforeEach(async () => {
    town = new ATown()
    await town.grow(8)
  })

  afterEach(() => town.close())

  it('two of three cost a caller less than a second, whatever they were asked before', async () => {
    const [owner, asker] = town.boxes as [MemoryBox, MemoryBox]
    for (const user of users.slice(0, 12)) {
      const { holders } = await owner.overlay.store('sip-aor', user, value, 3_600)
      const deaf = holders.filter((name) => name !== owner.overlay.peerName).slice(0, 2)
      // Their pings are answered: that a box is given up when it stays silent is another matter.
      town.meddle = (_, to, { type }) =>
        type === 'fetch' && deaf.some((name) => name.startsWith(to)) ? 'silence' : undefined
      const soon = new AbortController().signal
      const { value: found, took } = await town.timed(asker.overlay.fetch('sip-aor', user, soon))
      expect(found).toHaveLength(1)
      expect(took).toBeLessThanOrEqual(350)
      town.meddle = () => undefined
    }
  })
})
