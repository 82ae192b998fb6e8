import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MemoryBox } from '../../../src/drivers/memory-overlay/memory-overlay.ts'
import { PeerUnreachable } from '../../../src/overlay/overlay-errors.ts'
import { ATown } from './a-town.ts'
import { anna } from './some-records.ts'

const never = new AbortController().signal

describe('six boxes, three and three', { timeout: 30_000 }, () => {
  let town: ATown
  let isCut: boolean

  beforeEach(async () => {
    town = new ATown()
    isCut = false
    await town.grow(6)
    for (const box of town.boxes) {
      const dial = box.port.dial.bind(box.port)
      box.port.dial = async (peer, addresses, signal) => {
        const target = addresses.join()
        const isAcross = town.boxes.some(
          (other) => target.includes(other.port.self) && side(other) !== side(box),
        )
        if (isCut && isAcross) throw new PeerUnreachable('the cable is cut')
        return dial(peer, addresses, signal)
      }
    }
  })

  afterEach(() => town.close())

  const side = (box: MemoryBox) => (town.boxes.indexOf(box) < 3 ? 'left' : 'right')
  const cut = async () => {
    isCut = true
    for (const left of town.boxes.slice(0, 3))
      for (const right of town.boxes.slice(3)) left.port.drop(right.port.self)
    await town.pass(3_000)
  }
  const heal = async () => {
    isCut = false
    await town.pass(60_000)
  }
  const homesSeenBy = async (box: MemoryBox) => {
    const { value } = await town.timed(box.overlay.fetch('sip-aor', anna, never))
    return value.map(({ signer, value: text }) => `${nameOf(signer)}: ${Buffer.from(text)}`).sort()
  }
  const nameOf = (peerName: string) =>
    'abcdef'[town.boxes.findIndex(({ overlay }) => overlay.peerName === peerName)]
  const stores = (box: MemoryBox | undefined, text: string) =>
    town.timed(box?.overlay.store('sip-aor', anna, Buffer.from(text), 3_600) ?? Promise.reject())

  it('a user who registered in both halves has two homes when they meet again', async () => {
    const [a, , , d] = town.boxes
    await cut()
    await stores(a, 'left')
    await stores(d, 'right')
    await heal()
    for (const box of town.boxes) expect(await homesSeenBy(box)).toEqual(['a: left', 'd: right'])
  })

  it('the newest of one box wins everywhere, once', async () => {
    const [a] = town.boxes
    await stores(a, 'before')
    await cut()
    await stores(a, 'later')
    await heal()
    for (const box of town.boxes) expect(await homesSeenBy(box)).toEqual(['a: later'])
    expect(await town.copies(anna)).toBeGreaterThanOrEqual(3)
  })

  it('who moved away during the cut is where he is, and nowhere else', async () => {
    const [a, , , d] = town.boxes
    await stores(a, 'old home')
    await cut()
    await stores(d, 'new home')
    await town.timed(a?.overlay.remove('sip-aor', anna) ?? Promise.reject())
    await heal()
    for (const box of town.boxes) expect(await homesSeenBy(box)).toEqual(['d: new home'])
  })

  it('a removal does not undo a later return', async () => {
    const [a] = town.boxes
    await stores(a, 'first')
    await cut()
    await town.timed(a?.overlay.remove('sip-aor', anna) ?? Promise.reject())
    await stores(a, 'back')
    await heal()
    for (const box of town.boxes) expect(await homesSeenBy(box)).toEqual(['a: back'])
  })
})
