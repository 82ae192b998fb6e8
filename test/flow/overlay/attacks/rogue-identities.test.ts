import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { placeBytes } from '../../../../src/identity/credential.ts'
import { SigningKey } from '../../../../src/lib/ed25519.ts'
import {
  closestPeers,
  type PlacedPeer,
  placePeer,
  pointOfResource,
} from '../../../../src/overlay/records/placement.ts'
import { eventually, type TestBox } from '../../../contract/overlay/overlay-fixture.ts'
import { CollectedLog } from '../../../support/collected-log.ts'
import type { RogueBox } from './rogue-box.ts'
import { bytesOf, find, Town } from './town.ts'

const anna = 'sip:anna@town.example'
const crowd = 200

describe('200 identities that nobody enrolled', () => {
  let town: Town
  let boxes: readonly TestBox[]
  let log: CollectedLog
  let rogues: readonly RogueBox[]

  beforeEach(async () => {
    town = new Town()
    log = new CollectedLog()
    boxes = await town.fixture.boxes(4, { log })
    rogues = await Promise.all(Array.from({ length: crowd }, () => town.rogue({}, SigningKey.generate())))
  })

  afterEach(() => town.close())

  it('are refused by every box, and never asked to hold anything', async () => {
    const [home, asker] = boxes as [TestBox, TestBox]
    await home.overlay.store('sip-aor', anna, bytesOf('at home'), 60)
    const answers = await Promise.all(
      rogues.flatMap((rogue) =>
        boxes.map(({ network }) =>
          rogue.knock(network).then(
            (reply) => reply.type,
            () => 'no answer',
          ),
        ),
      ),
    )
    expect(answers.length).toBe(crowd * boxes.length)
    expect(answers).not.toContain('hello')
    const { holders } = await home.overlay.store('sip-aor', anna, bytesOf('still at home'), 60)
    expect(holders.length).toBe(3)
    expect(await find(asker, anna)).toEqual(['still at home'])
    for (const { overlay } of boxes) {
      expect(overlay.health().connectedPeers).toBe(boxes.length - 1)
      expect(overlay.peers().length).toBe(boxes.length - 1)
    }
    const lines = log.lines.filter(({ level }) => level === 'warn').length
    expect(lines).toBeGreaterThan(0)
    expect(lines).toBeLessThan(boxes.length * 30)
    const asked = new Set(rogues.flatMap(({ heard }) => heard.map(({ type }) => type)))
    expect([...asked].filter((type) => type !== 'hello')).toEqual([])
  })

  it('keep no box of the overlay out while they stand at the door', async () => {
    const [victim] = boxes as [TestBox]
    await Promise.allSettled(rogues.map((rogue) => rogue.knock(victim.network)))
    const late = await town.fixture.box()
    await eventually(() => late.overlay.health().connectedPeers === boxes.length)
    await eventually(() => victim.overlay.peers().length === boxes.length)
  })
})

/** Bytes that look random and are the same in every run. */
function drawn(what: string, length: number): Uint8Array {
  return createHash('sha256').update(`seed 7\n${what}`).digest().subarray(0, length)
}

// Should somebody get 200 credentials after all: the issuer draws the places, so their number counts, not their choice.
describe('200 enrolled rogues among 100 honest boxes', () => {
  const place = (peer: string): PlacedPeer => placePeer(peer, drawn(peer, placeBytes))
  const honest = Array.from({ length: 100 }, (_, number) => place(`honest ${number}`))
  const rogues = Array.from({ length: crowd }, (_, number) => place(`rogue ${number}`))
  const share = (placed: readonly PlacedPeer[]) => {
    const resources = Array.from({ length: 2_000 }, (_, number) => `sip:${number}@town.example`)
    const taken = resources.filter((resource) =>
      closestPeers(pointOfResource('sip-aor', resource), placed, 3).every((peer) => peer.startsWith('rogue')),
    )
    return taken.length / resources.length
  }

  it('hold all three copies of a user as often as chance has it, and no chosen user', () => {
    expect(share([...honest, ...rogues])).toBeCloseTo((2 / 3) ** 3, 1)
    expect(share([...honest, ...rogues.slice(0, 10)])).toBeLessThan(0.005)
  })

  it('would hold every chosen user if keys gave the places', () => {
    // Each of ten rogues takes the best of 2,000 keys: what Ed25519 keys cost a laptop in a tenth of a second.
    const target = pointOfResource('sip-aor', anna)
    const ground = Array.from({ length: 10 }, (_, number) => {
      const keys = Array.from({ length: 2_000 }, (_, key) => place(`rogue ${number} ${key}`))
      const [best] = closestPeers(target, keys, 1)
      return keys.find(({ peer }) => peer === best) as PlacedPeer
    })
    const holders = closestPeers(target, [...honest, ...ground], 3)
    expect(holders.every((peer) => peer.startsWith('rogue'))).toBe(true)
  })
})
