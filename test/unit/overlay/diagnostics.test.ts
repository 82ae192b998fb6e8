import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type MemoryBox, MemoryOverlays } from '../../../src/drivers/memory-overlay/memory-overlay.ts'
import { PeerUnknown } from '../../../src/overlay/overlay-errors.ts'
import { decodeReply, encodeMessage } from '../../../src/overlay/protocol/peer-message.ts'
import { eventually } from '../../support/within.ts'
import { anna } from './some-records.ts'

const minute = 60

describe('questions about an overlay', () => {
  let boxes: readonly [MemoryBox, MemoryBox, MemoryBox, MemoryBox, MemoryBox]

  beforeEach(async () => {
    const overlays = new MemoryOverlays('town.example')
    boxes = [overlays.box(), overlays.box(), overlays.box(), overlays.box(), overlays.box()]
    for (const { overlay } of boxes) await overlay.start()
    await eventually(4_000, 'the boxes to be connected', () =>
      boxes.every(({ overlay }) => overlay.health().connectedPeers === 4),
    )
  })

  afterEach(async () => {
    await Promise.all(boxes.map(({ overlay }) => overlay.stop()))
  })

  it('a trace names the holders, what each has, and how many copies of the newest version there are', async () => {
    const [a, b] = boxes
    const { holders } = await a.overlay.store('sip-aor', anna, new Uint8Array(), minute)
    const trace = await b.overlay.diagnostics.trace('sip-aor', anna)
    const traced = trace.boxes.filter(({ part }) => part === 'holder')
    expect(traced.map(({ peerName }) => peerName).toSorted()).toEqual([...holders].toSorted())
    expect(traced.every(({ copies }) => copies[0]?.signer === a.overlay.peerName)).toBe(true)
    expect(trace.boxes).toHaveLength(5)
    expect(trace.boxes.filter(({ part }) => part === 'next').flatMap(({ copies }) => copies)).toEqual([])
    expect(trace).toMatchObject({ copiesWanted: 3, entries: [{ signer: a.overlay.peerName, copies: 3 }] })
  })

  it('a trace shows the holder that serves forgeries, and is not taken in', async () => {
    const [a, b] = boxes
    const { holders } = await a.overlay.store('sip-aor', anna, new Uint8Array(), minute)
    const liar = holders.find((name) => name !== b.overlay.peerName)?.split('.')[0] ?? ''
    const request = b.port.request.bind(b.port)
    b.port.request = (peer, message, signal) =>
      peer === liar && Buffer.from(message).includes('fetch')
        ? Promise.resolve(encodeMessage({ type: 'records', records: [Buffer.from('forged')] }))
        : request(peer, message, signal)
    const { boxes: traced, entries } = await b.overlay.diagnostics.trace('sip-aor', anna)
    expect(traced.find(({ peerName }) => peerName.startsWith(liar))).toMatchObject({
      copies: [],
      trouble: expect.stringContaining('not a record'),
    })
    expect(entries).toMatchObject([{ copies: 2 }])
  })

  it('a ping measures every round trip; a part of the name will do if no other box has it', async () => {
    const [a, b] = boxes
    const { peerName, roundTripsMs } = await a.overlay.diagnostics.ping(b.overlay.peerName.slice(40, 62))
    expect(peerName).toBe(b.overlay.peerName)
    expect(roundTripsMs).toHaveLength(5)
    expect(roundTripsMs.every((ms) => ms !== undefined && ms >= 0)).toBe(true)
    await expect(a.overlay.diagnostics.ping('nobody')).rejects.toBeInstanceOf(PeerUnknown)
    await expect(a.overlay.diagnostics.ping('town.example')).rejects.toThrow(/in the names of 4 boxes/)
  })

  it('the topology names the box that does not see another one', async () => {
    const [a, b, c] = boxes
    const whole = await a.overlay.diagnostics.topology()
    expect(whole).toHaveLength(5)
    expect(whole[0]).toMatchObject({ peerName: a.overlay.peerName, isSelf: true, misses: [] })
    expect(whole.flatMap(({ misses }) => misses)).toEqual([])
    // Nobody can connect them again: the line between the two is cut.
    b.port.dial = () => Promise.reject(new Error('cut'))
    c.port.dial = () => Promise.reject(new Error('cut'))
    b.port.drop(c.port.self)
    const torn = await a.overlay.diagnostics.topology()
    expect(torn.find(({ peerName }) => peerName === b.overlay.peerName)?.misses).toEqual([c.overlay.peerName])
    expect(torn.find(({ peerName }) => peerName === c.overlay.peerName)?.misses).toEqual([b.overlay.peerName])
  })

  it('the status tells how the first box was found, and when the credential ends', () => {
    const [a, b] = boxes
    expect(b.overlay.status()).toMatchObject({ bootstrap: 'config', disconnectedSince: undefined })
    expect(a.overlay.status().bootstrap).toBe('inbound')
    expect(a.overlay.status().credentialEndsAt).toBeGreaterThan(Date.now())
  })

  it('a claim to a foreign name is refused, counted and shown', async () => {
    const overlays = new MemoryOverlays('village.example')
    const honest = overlays.box()
    const thief = overlays.box({ mayServe: ['elsewhere.example'] })
    await honest.overlay.start()
    await thief.overlay.start()
    await eventually(4_000, 'the two to be connected', () => thief.overlay.health().connectedPeers === 1)
    const record = boxes[0].credential
    const reply = await thief.port.request(
      honest.port.self,
      encodeMessage({ type: 'store', records: [record, record] }),
      AbortSignal.timeout(2_000),
    )
    expect(Buffer.from(reply).includes('malformed')).toBe(true)
    expect(honest.overlay.status().refusedClaims).toMatchObject([
      { from: thief.overlay.peerName, fault: 'malformed', times: 2 },
    ])
    expect(honest.overlay.figures().refusedRecords).toEqual({ malformed: 2 })
    await Promise.all([honest.overlay.stop(), thief.overlay.stop()])
  })

  it('a box that asks for favours over and over is told to wait, and others are not', async () => {
    const [a, b, c] = boxes
    const view = async (asker: MemoryBox) => {
      const message = encodeMessage({ type: 'view' })
      return decodeReply(await asker.port.request(a.port.self, message, AbortSignal.timeout(2_000)))
    }
    const answers = []
    for (let asked = 0; asked < 50; asked++) answers.push(await view(b))
    expect(answers[0]?.type).toBe('view')
    expect(answers.at(-1)).toMatchObject({ type: 'refused', code: 'too-many' })
    expect((await view(c)).type).toBe('view')
  })

  it('counts who came and went, and bytes both ways', async () => {
    const [a, , , , e] = boxes
    await e.overlay.stop()
    await eventually(2_000, 'the loss to be seen', () => a.overlay.figures().lost === 1)
    const { joined, bytesSent, bytesReceived } = a.overlay.figures()
    expect(joined).toBe(4)
    expect(bytesSent).toBeGreaterThan(0)
    expect(bytesReceived).toBeGreaterThan(0)
  })
})
