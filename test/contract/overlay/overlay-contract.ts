import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SigningKey } from '../../../src/lib/ed25519.ts'
import type { OverlayRecord } from '../../../src/overlay/overlay.ts'
import { LookUpUnanswered, PeerUnknown } from '../../../src/overlay/overlay-errors.ts'
import { parsePeerName } from '../../../src/overlay/protocol/peer-name.ts'
import type { PeerNetwork } from '../../../src/overlay/protocol/peer-network.ts'
import { usualCacheLimits } from '../../../src/overlay/records/look-up-cache.ts'
import { signRecord } from '../../../src/overlay/records/record.ts'
import {
  allConnected,
  closing,
  eventually,
  OverlayFixture,
  ShiftedClock,
  type TestBox,
} from './overlay-fixture.ts'

const anna = 'sip:anna@town.example'
const soon = () => AbortSignal.timeout(5_000)
const text = (value: string) => new TextEncoder().encode(value)
const read = (record: OverlayRecord | undefined) => record && new TextDecoder().decode(record.value)

/** What every overlay must do, whatever carries it. */
export function describeOverlay(
  driver: string,
  makeNetwork: (key: SigningKey) => Promise<PeerNetwork>,
): void {
  describe(`overlay over ${driver}`, () => {
    let fixture: OverlayFixture

    beforeEach(() => {
      fixture = new OverlayFixture(makeNetwork)
    })

    afterEach(() => fixture.close())

    const find = (box: TestBox) => box.overlay.fetch('sip-aor', anna, soon())
    const holdersOf = async (boxes: readonly TestBox[], witness: TestBox): Promise<TestBox[]> => {
      const holders = await Promise.all(
        boxes.map(async (box) => {
          if (box === witness) return false
          const reply = await witness.ask(box, {
            type: 'fetch',
            kind: 'sip-aor',
            resource: anna,
            watch: false,
          })
          return reply.type === 'records' && reply.records.length > 0
        }),
      )
      return boxes.filter((_, place) => holders[place])
    }

    describe('names', () => {
      it('a peer has a name whose every label fits DNS', async () => {
        const { overlay } = await fixture.box()
        expect(Math.max(...overlay.peerName.split('.').map((label) => label.length))).toBeLessThanOrEqual(63)
        expect(overlay.peerName).toBe(overlay.peerName.toLowerCase())
        expect(parsePeerName(overlay.peerName)?.domain).toBe(fixture.domain)
      })
    })

    describe('records', () => {
      it('a record stored at one box is found at another, with its signer', async () => {
        const [a, b] = (await fixture.boxes(2)) as [TestBox, TestBox]
        const receipt = await a.overlay.store('sip-aor', anna, text('at a'), 60)
        expect([...receipt.holders].sort()).toEqual([a.overlay.peerName, b.overlay.peerName].sort())
        const [record] = await find(b)
        expect(read(record)).toBe('at a')
        expect(record?.signer).toBe(a.overlay.peerName)
      })

      it('a box alone keeps and finds its own records', async () => {
        const alone = await fixture.box()
        await alone.overlay.store('sip-aor', anna, text('here'), 60)
        expect(read((await find(alone))[0])).toBe('here')
        expect(alone.overlay.health()).toMatchObject({ state: 'alone', recordsHeld: 1 })
      })

      it('every home box has its own entry, and a later one replaces the earlier', async () => {
        const [a, b, c, d] = (await fixture.boxes(4)) as [TestBox, TestBox, TestBox, TestBox]
        await a.overlay.store('sip-aor', anna, text('a, first'), 60)
        await a.overlay.store('sip-aor', anna, text('a, second'), 60)
        await b.overlay.store('sip-aor', anna, text('b'), 60)
        for (const box of [a, b, c, d]) expect((await find(box)).map(read).sort()).toEqual(['a, second', 'b'])
      })

      it('a removed record is gone everywhere', async () => {
        const boxes = await fixture.boxes(4)
        const [a] = boxes as [TestBox]
        await a.overlay.store('sip-aor', anna, text('a'), 60)
        await a.overlay.remove('sip-aor', anna)
        for (const box of boxes) expect(await find(box)).toEqual([])
      })

      it('an expired record is never returned, although holders still have it', async () => {
        const clock = new ShiftedClock()
        const [a] = (await fixture.boxes(2)) as [TestBox]
        const reader = await fixture.box({ clock })
        await a.overlay.store('sip-aor', anna, text('a'), 60)
        await eventually(async () => (await find(reader)).length === 1)
        clock.shift = 61_000
        expect(await find(reader)).toEqual([])
      })

      it('nobody found means an empty answer', async () => {
        const [a] = (await fixture.boxes(3)) as [TestBox]
        expect(await find(a)).toEqual([])
      })
    })

    describe('trust', () => {
      it('the replay of an older record is refused by every holder', async () => {
        const [a, b] = (await fixture.boxes(2)) as [TestBox, TestBox]
        await a.overlay.store('sip-aor', anna, text('old'), 60)
        const kept = await a.ask(b, { type: 'fetch', kind: 'sip-aor', resource: anna, watch: false })
        await a.overlay.store('sip-aor', anna, text('new'), 60)
        if (kept.type !== 'records') throw new Error(kept.type)
        const reply = await a.ask(b, { type: 'store', records: kept.records })
        expect(reply).toMatchObject({ verdicts: [{ outcome: 'older' }] })
        expect((await find(b)).map(read)).toEqual(['new'])
      })

      it('the replay of a removed record is refused', async () => {
        const [a, b] = (await fixture.boxes(2)) as [TestBox, TestBox]
        await a.overlay.store('sip-aor', anna, text('was here'), 60)
        const kept = await a.ask(b, { type: 'fetch', kind: 'sip-aor', resource: anna, watch: false })
        await a.overlay.remove('sip-aor', anna)
        if (kept.type !== 'records') throw new Error(kept.type)
        const reply = await a.ask(b, { type: 'store', records: kept.records })
        expect(reply).toMatchObject({ verdicts: [{ outcome: 'older' }] })
        expect(await find(b)).toEqual([])
      })

      it('a record with a foreign credential or a forged signature is refused', async () => {
        const [a, b] = (await fixture.boxes(2)) as [TestBox, TestBox]
        const body = {
          ...{ kind: 'sip-aor' as const, resource: anna, value: text('forged') },
          ...{ storedAt: Date.now(), lifetimeSeconds: 60, removed: false },
        }
        const outsider = await fixture.box({ trustRoot: SigningKey.generate() })
        const foreign = signRecord(body, fixture.domain, outsider.key, outsider.credential)
        const forged = signRecord(body, fixture.domain, a.key, b.credential)
        const elsewhere = signRecord(body, 'other.example', a.key, a.credential)
        const reply = await a.ask(b, { type: 'store', records: [foreign, forged, elsewhere] })
        expect(reply).toMatchObject({
          verdicts: [
            { outcome: 'foreign-credential' },
            { outcome: 'bad-signature' },
            { outcome: 'bad-signature' },
          ],
        })
        expect(await find(b)).toEqual([])
      })

      it('a box may not announce users of a domain that its credential does not name', async () => {
        const a = await fixture.box({ mayServe: ['school.example'] })
        await expect(a.overlay.store('sip-aor', anna, text('mine'), 60)).rejects.toThrow(/may not speak for/)
      })

      it('a box that is not enrolled is refused everything', async () => {
        const [a, b] = (await fixture.boxes(2)) as [TestBox, TestBox]
        await a.overlay.store('sip-aor', anna, text('a'), 60)
        const stranger = await fixture.box({ trustRoot: SigningKey.generate() })
        await stranger.network.dial(b.network.self, b.network.addresses(), soon())
        const fetched = await stranger.ask(b, {
          type: 'fetch',
          kind: 'sip-aor',
          resource: anna,
          watch: false,
        })
        const stored = await stranger.ask(b, { type: 'store', records: [] })
        expect(fetched).toMatchObject({ type: 'refused', code: 'not-enrolled' })
        expect(stored).toMatchObject({ type: 'refused', code: 'not-enrolled' })
        await refusal(stranger.network.openStream(b.network.self, soon()))
        expect(b.overlay.peers().map(({ peerName }) => peerName)).toEqual([a.overlay.peerName])
        expect(stranger.overlay.health().connectedPeers).toBe(0)
      })
    })

    describe('when boxes go', () => {
      it('a record is found after a holder was killed, and has three holders again', async () => {
        const boxes = await fixture.boxes(6)
        const [owner] = boxes as [TestBox]
        const { holders } = await owner.overlay.store('sip-aor', anna, text('owner'), 60)
        const isHolder = (box: TestBox) => holders.includes(box.overlay.peerName)
        const victim = boxes.find((box) => box !== owner && isHolder(box)) as TestBox
        const [witness, asker] = boxes.filter((box) => box !== victim && !isHolder(box)) as [TestBox, TestBox]
        await victim.network.kill()
        expect((await find(asker)).map(read)).toEqual(['owner'])
        const left = boxes.filter((box) => box !== victim)
        const copies = async () => {
          const seen = await holdersOf(left, witness)
          const [own] = await holdersOf([witness], asker)
          return seen.length + (own ? 1 : 0)
        }
        await eventually(async () => (await copies()) === 3)
      })

      it('a silent holder keeps no record from being found', async () => {
        const boxes = await fixture.boxes(4)
        const [a, b] = boxes as [TestBox, TestBox]
        const { holders } = await a.overlay.store('sip-aor', anna, text('a'), 60)
        for (const box of boxes.slice(2)) if (holders.includes(box.overlay.peerName)) box.network.silence()
        expect((await find(b)).map(read)).toEqual(['a'])
      })

      it('a box that joins later is found and holds its share', async () => {
        const early = await fixture.boxes(2)
        const [a] = early as [TestBox]
        await a.overlay.store('sip-aor', anna, text('a'), 60)
        const late = await fixture.box()
        await allConnected([...early, late])
        await eventually(async () => (await holdersOf([late], a)).length === 1)
        expect((await find(late)).map(read)).toEqual(['a'])
      })
    })

    describe('what a box remembers', () => {
      /** So long that only a notice ends it within a test. */
      const cacheLimits = {
        ...usualCacheLimits,
        ...{ foundMilliseconds: 600_000, nothingMilliseconds: 600_000 },
      }

      it('a user who moves is found at his new home by those who remember the old one', async () => {
        const [a, b, c, d] = (await fixture.boxes(5, { cacheLimits })) as [TestBox, TestBox, TestBox, TestBox]
        await a.overlay.store('sip-aor', anna, text('at a'), 60)
        for (const box of [b, c, d]) expect((await find(box)).map(read)).toEqual(['at a'])
        await b.overlay.store('sip-aor', anna, text('at b'), 60)
        await a.overlay.remove('sip-aor', anna)
        for (const box of [a, b, c, d])
          await eventually(async () => (await find(box)).map(read).join() === 'at b')
      })

      it('a user who was not there is found when he comes', async () => {
        // At least one of them holds nothing, and has to be told.
        const boxes = await fixture.boxes(5, { cacheLimits })
        const [a] = boxes as [TestBox]
        for (const box of boxes) expect(await find(box)).toEqual([])
        await a.overlay.store('sip-aor', anna, text('at a'), 60)
        for (const box of boxes) await eventually(async () => (await find(box)).length === 1)
      })

      it('serves a box that has lost all others, which says so when it knows nothing', async () => {
        const boxes = await fixture.boxes(2, { copies: 1, cacheLimits })
        const [a, b] = boxes as [TestBox, TestBox]
        await a.overlay.store('sip-aor', anna, text('at a'), 60)
        expect((await find(b)).map(read)).toEqual(['at a'])
        await a.network.kill()
        await eventually(() => b.overlay.health().state === 'isolated')
        expect((await find(b)).map(read)).toEqual(['at a'])
        const unknown = b.overlay.fetch('sip-aor', 'sip:bert@town.example', soon())
        await expect(unknown).rejects.toBeInstanceOf(LookUpUnanswered)
      })
    })

    describe('truth', () => {
      it('health is proven once another box found a record stored here', async () => {
        const [a] = (await fixture.boxes(2)) as [TestBox]
        await eventually(() => a.overlay.health().state === 'proven')
        expect(a.overlay.health().provenAt).toBeGreaterThan(0)
      })

      it('a box whose peers are all gone says so', async () => {
        const [a, b] = (await fixture.boxes(2)) as [TestBox, TestBox]
        let changes = 0
        a.overlay.onPeerChange(() => changes++)
        await b.network.kill()
        await eventually(() => a.overlay.health().state === 'isolated')
        expect(a.overlay.peers()).toMatchObject([{ peerName: b.overlay.peerName, connected: false }])
        expect(changes).toBe(1)
      })
    })

    describe('SIP links', () => {
      let sip: Server
      let arrived: Promise<Socket>

      beforeEach(async () => {
        arrived = new Promise((resolve) => {
          sip = createServer(resolve)
        })
        sip.listen(0, '127.0.0.1')
        await once(sip, 'listening')
      })

      afterEach(() => {
        sip.close()
      })

      const linked = async () => {
        const [a, b] = (await fixture.boxes(2)) as [TestBox, TestBox]
        b.overlay.serveSipAt({ sipAddress: '127.0.0.1', sipPort: (sip.address() as AddressInfo).port })
        const end = await a.overlay.openLink(b.overlay.peerName)
        const near = connect(end.port, end.address)
        near.on('error', () => undefined)
        return { a, b, near }
      }

      it('carry bytes both ways and name the peer that speaks', async () => {
        const { a, b, near } = await linked()
        const far = await arrived
        const question = Buffer.alloc(300_000, 'q')
        const answer = Buffer.alloc(300_000, 'a')
        const atFar = collect(far, question.length)
        const atNear = collect(near, answer.length)
        near.write(question)
        far.write(answer)
        expect((await atFar).equals(question)).toBe(true)
        expect((await atNear).equals(answer)).toBe(true)
        expect(b.overlay.peerOfLink(far.remotePort ?? 0)).toBe(a.overlay.peerName)
        near.destroy()
        await closing(far)
        await eventually(() => b.overlay.peerOfLink(far.remotePort ?? 0) === undefined)
      })

      it('the same peer has the same local end', async () => {
        const { a, b, near } = await linked()
        expect(await a.overlay.openLink(b.overlay.peerName)).toEqual(
          await a.overlay.openLink(b.overlay.peerName.toUpperCase()),
        )
        near.destroy()
      })

      it('close when the peer goes, and at once while it is away', async () => {
        const { a, b, near } = await linked()
        await arrived
        await b.network.kill()
        await closing(near)
        const end = await a.overlay.openLink(b.overlay.peerName)
        const again = connect(end.port, end.address)
        await closing(again)
      })

      it('a name that no box has is unknown', async () => {
        const a = await fixture.box()
        const nobody = await new OverlayFixture(makeNetwork).box()
        await expect(a.overlay.openLink(nobody.overlay.peerName)).rejects.toBeInstanceOf(PeerUnknown)
        await nobody.overlay.stop()
      })
    })
  })
}

/** Resolves when a stream could not be opened, or was closed by the other end. */
async function refusal(opening: Promise<Duplex>): Promise<void> {
  const stream = await opening.catch(() => undefined)
  if (!stream) return
  await closing(stream)
}

function collect(socket: Socket, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0)
    socket.once('close', () => reject(new Error(`closed after ${received.length} bytes`)))
    socket.on('data', (part) => {
      received = Buffer.concat([received, part])
      if (received.length >= length) resolve(received)
    })
  })
}
