import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MemoryOverlays } from '../../../src/drivers/memory-overlay/memory-overlay.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import type { PeerOverlay } from '../../../src/overlay/peer-overlay.ts'
import { encodeMessage } from '../../../src/overlay/protocol/peer-message.ts'
import { now } from './some-records.ts'

const flush = () => new Promise((resolve) => setImmediate(resolve))

describe('an overlay in time', () => {
  let clock: FakeClock
  let overlays: MemoryOverlays
  let running: PeerOverlay[]

  beforeEach(() => {
    clock = new FakeClock(now)
    overlays = new MemoryOverlays('town.example')
    running = []
  })

  afterEach(async () => {
    await Promise.all(running.map((overlay) => overlay.stop()))
  })

  const box = async () => {
    const made = overlays.box({ clock })
    running.push(made.overlay)
    await made.overlay.start()
    await pass(2_000)
    return made
  }
  const pass = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 100) {
      clock.advance(100)
      await flush()
    }
  }

  it('a silent peer is dropped, and dialled again', async () => {
    const a = await box()
    const b = await box()
    expect(a.overlay.health().connectedPeers).toBe(1)
    const deaf = a.port
    const request = b.port.request.bind(b.port)
    b.port.request = (peer, message, signal) =>
      peer === deaf.self
        ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        : request(peer, message, signal)
    let changes = 0
    b.overlay.onPeerChange(() => changes++)
    await pass(13_000)
    expect(changes).toBeGreaterThanOrEqual(1)
    b.port.request = request
    await pass(60_000)
    expect(b.overlay.health().connectedPeers).toBe(1)
  })

  it('round trips are measured', async () => {
    const a = await box()
    await box()
    await pass(6_000)
    expect(a.overlay.peers()[0]?.roundTripMs).toBeGreaterThanOrEqual(0)
  })

  it('a proof grows old when no box can repeat it', async () => {
    const a = await box()
    const b = await box()
    await pass(3_000)
    expect(a.overlay.health().state).toBe('proven')
    const request = a.port.request.bind(a.port)
    a.port.request = async (peer, message, signal) => {
      const probing = Buffer.from(message).includes('probe')
      return probing ? encodeMessage({ type: 'seen', storedAt: 0 }) : request(peer, message, signal)
    }
    await pass(260_000)
    expect(a.overlay.health().state).toBe('unproven')
    expect(b.overlay.health().state).toBe('proven')
  })

  it('expired records are swept', async () => {
    const a = await box()
    await a.overlay.store('service', 'pstn', new Uint8Array(), 30)
    expect(a.overlay.health().recordsHeld).toBe(1)
    await pass(31_000)
    expect(a.overlay.health().recordsHeld).toBe(0)
  })

  it('a stranger that never enrols is shown the door after ten seconds', async () => {
    const a = await box()
    const stranger = overlays.network.port('stranger')
    let lost = false
    await stranger.open({
      connected: () => undefined,
      disconnected: () => {
        lost = true
      },
      found: () => undefined,
      request: () => Promise.resolve(encodeMessage({ type: 'refused', code: 'no', reason: 'no' })),
      stream: () => undefined,
    })
    await stranger.dial(undefined, a.port.addresses(), AbortSignal.timeout(1_000))
    await pass(9_000)
    expect(lost).toBe(false)
    await pass(2_000)
    expect(lost).toBe(true)
    await stranger.close()
  })
})
