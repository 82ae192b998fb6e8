import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { now } from './some-records.ts'
import { type TownBox, TrustedTown } from './trusted-town.ts'

const anna = 'sip:anna@town.example'

describe('a revoked box', { timeout: 30_000 }, () => {
  let clock: FakeClock
  let town: TrustedTown

  beforeEach(() => {
    clock = new FakeClock(now)
    town = new TrustedTown(clock)
  })

  afterEach(() => town.close())

  const boxes = async (count: number) => {
    const made: TownBox[] = []
    for (let place = 0; place < count; place++) made.push(await town.box())
    await town.pass(5_000)
    for (const { overlay } of made) expect(overlay.health().connectedPeers).toBe(count - 1)
    return made as [TownBox, TownBox, TownBox, ...TownBox[]]
  }
  const isSeen = (by: TownBox, box: TownBox) =>
    by.overlay.peers().some(({ peerName }) => peerName === box.overlay.peerName)

  it('is out everywhere within a minute, and what it stored is gone', async () => {
    const all = await boxes(6)
    const [issuer, thief] = all
    const others = all.filter((box) => box !== thief)
    await thief.overlay.store('sip-aor', anna, new Uint8Array(), 3_600)
    const copies = async () => {
      const [, , ...far] = all
      const entries = await Promise.all(far.map((box) => issuer.entriesAt(box, anna)))
      return entries.reduce((sum, count) => sum + count, 0)
    }
    expect(await copies()).toBeGreaterThan(0)
    // As another process of the box does it; here there is no folder that it could find it in.
    issuer.revocations.reread = () => issuer.revocations.take([town.revoke(thief)])
    await town.pass(30_000)
    for (const box of others) {
      expect(isSeen(box, thief)).toBe(false)
      expect(box.overlay.health().connectedPeers).toBe(4)
      expect(box.overlay.status().revokedBoxes).toBe(1)
      const finding = box.overlay.fetch('sip-aor', anna, AbortSignal.timeout(5_000))
      await town.pass(2_000)
      expect(await finding).toEqual([])
    }
    expect(await copies()).toBe(0)
    expect(thief.overlay.health()).toMatchObject({
      state: 'isolated',
      why: expect.stringMatching(/do not take this one for a member: .* was revoked/),
    })
  })

  it('stays out of a box that was away when it was revoked', async () => {
    const [issuer, thief, third] = await boxes(3)
    third.unplug()
    await town.pass(1_000)
    issuer.revocations.take([town.revoke(thief)])
    await town.pass(1_000)
    const late = await town.box()
    await town.pass(70_000)
    expect(isSeen(late, issuer)).toBe(true)
    expect(isSeen(late, thief)).toBe(false)
    expect(late.overlay.status().revokedBoxes).toBe(1)
  })

  it('that was an issuer takes with it all whom it let in, when the trust root says so', async () => {
    const [issuer, second] = await boxes(3)
    second.revocations.reread = () => second.revocations.take([town.revokeByRoot(issuer)])
    await town.pass(30_000)
    expect(second.overlay.health().connectedPeers).toBe(0)
  })
})
