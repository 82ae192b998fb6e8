import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MemoryNetwork } from '../../../../src/drivers/memory-overlay/memory-network.ts'
import { peerIdOf } from '../../../../src/overlay/protocol/peer-id.ts'
import {
  allConnected,
  eventually,
  OverlayFixture,
  ShiftedClock,
  type TestBox,
} from '../../../contract/overlay/overlay-fixture.ts'

const anna = 'sip:anna@town.example'
const minute = 60_000
const found = async ({ overlay }: TestBox) =>
  (await overlay.fetch('sip-aor', anna, AbortSignal.timeout(5_000))).map(({ value }) =>
    new TextDecoder().decode(value),
  )
const store = ({ overlay }: TestBox, text: string) =>
  overlay.store('sip-aor', anna, new TextEncoder().encode(text), 3_600)

describe('a box whose clock is wrong', () => {
  let fixture: OverlayFixture
  let right: readonly TestBox[]
  let wrong: TestBox
  let clock: ShiftedClock

  beforeEach(async () => {
    const network = new MemoryNetwork()
    fixture = new OverlayFixture((key) => Promise.resolve(network.port(peerIdOf(key.publicKey))))
    right = await fixture.boxes(3)
    clock = new ShiftedClock()
    wrong = await fixture.box({ clock })
    await allConnected([...right, wrong])
  })

  afterEach(() => fixture.close())

  it.each([
    [
      '10 min ahead',
      10 * minute,
      /^this box's clock is 10 min ahead of those of [23] of [23] other boxes: set it/,
    ],
    [
      '10 min behind',
      -10 * minute,
      /^this box's clock is 10 min behind those of [23] of [23] other boxes: set it/,
    ],
  ])(
    '%s says so, the others name it, and once it is set all works without a restart',
    async (_, shift, words) => {
      clock.shift = shift
      await eventually(() => words.test(wrong.overlay.status().clockWarning ?? ''))
      const name = wrong.network.self
      const [one] = right as [TestBox]
      await eventually(() =>
        (one.overlay.status().clockWarning ?? '').startsWith(`the clock of ${name} is 10 min`),
      )
      // What it stores meanwhile may fail, or be believed by nobody else; nothing of it may stand in the way later.
      await store(wrong, 'while wrong').catch(() => undefined)
      clock.shift = 0
      await store(wrong, 'while right')
      for (const box of [...right, wrong]) expect(await found(box)).toEqual(['while right'])
      await eventually(() =>
        [...right, wrong].every(({ overlay }) => overlay.status().clockWarning === undefined),
      )
      for (const { overlay } of right) expect(overlay.health().connectedPeers).toBe(3)
    },
  )
})
