import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SigningKey } from '../../../../src/lib/ed25519.ts'
import { eventually, type TestBox } from '../../../contract/overlay/overlay-fixture.ts'
import { CollectedLog } from '../../../support/collected-log.ts'
import { bytesOf, find, overLibp2p, Town } from './town.ts'

const anna = 'sip:anna@town.example'

// Another overlay of the same name, with a trust root of its own, on the same network.
describe('an evil twin', () => {
  let town: Town
  let twin: Town
  let boxes: readonly TestBox[]
  let seen: CollectedLog

  beforeEach(async () => {
    town = new Town(overLibp2p)
    twin = new Town(overLibp2p)
    seen = new CollectedLog()
    boxes = await town.fixture.boxes(2, { log: seen })
  })

  afterEach(async () => {
    await twin.close()
    await town.close()
  })

  it('is refused by both sides with the reason, is nobody’s peer, and answers for no user', async () => {
    const seenByTwin = new CollectedLog()
    const [home, asker] = boxes as [TestBox, TestBox]
    await home.overlay.store('sip-aor', anna, bytesOf('at home'), 60)
    const [evil] = (await twin.fixture.boxes(2, { log: seenByTwin })) as [TestBox]
    await evil.overlay.store('sip-aor', anna, bytesOf('at the twin'), 60)
    await evil.network.dial(asker.network.self, asker.network.addresses(), AbortSignal.timeout(5_000))
    for (const log of [seen, seenByTwin]) {
      await eventually(() => log.reasons('a box was refused').length > 0)
      expect(log.reasons('a box was refused')[0]).toMatch(
        /not of this overlay town\.example, perhaps of another one of that name: .*trust root/,
      )
    }
    expect(await find(asker, anna)).toEqual(['at home'])
    expect(await find(evil, anna)).toEqual(['at the twin'])
    const names = asker.overlay.peers().map(({ peerName }) => peerName)
    expect(names).toEqual([home.overlay.peerName])
    expect(evil.overlay.peers().map(({ peerName }) => peerName)).not.toContain(asker.overlay.peerName)
  })

  it('that shows a true member’s credential is refused: the connection proves another key', async () => {
    const [home, asker] = boxes as [TestBox, TestBox]
    const thief = await town.rogue({}, SigningKey.generate())
    thief.credential = home.credential
    expect(await thief.knock(asker.network)).toMatchObject({
      type: 'refused',
      code: 'foreign-credential',
      reason: expect.stringContaining('belongs to another box'),
    })
    expect(asker.overlay.peers().length).toBe(1)
  })
})
