import { afterEach, expect, it } from 'vitest'
import { type MemoryBox, MemoryOverlays } from '../../../src/drivers/memory-overlay/memory-overlay.ts'
import { isolationOf, overlayState } from '../../../src/gateway/overlay-state.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'

const boxes: MemoryBox[] = []
const clock = new FakeClock(1_800_000_000_000)
const flush = () => new Promise((resolve) => setImmediate(resolve))

async function pass(seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds * 10; passed++) {
    clock.advance(100)
    await flush()
  }
}

afterEach(() => Promise.all(boxes.splice(0).map(({ overlay }) => overlay.stop())))

it('a box whose lines go dead without a word is red half a minute later, and green again when they work', async () => {
  const overlays = new MemoryOverlays('town.example')
  for (let made = 0; made < 3; made++) {
    const box = overlays.box({ clock })
    boxes.push(box)
    await box.overlay.start()
    await pass(2)
  }
  const [{ overlay, port }] = boxes as [MemoryBox]
  expect(overlayState(overlay).state).toBe('good')
  expect(isolationOf(overlay, clock.now())).toBeUndefined()

  // Connections stay open as far as anybody can tell; nothing arrives any more, and nobody can be dialled.
  const lines = boxes.map(({ port: line }) => ({ line, request: line.request, dial: line.dial }))
  const silence: typeof port.request = (_peer, _message, signal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  for (const { line, request } of lines)
    line.request = (peer, message, signal) =>
      line === port || peer === port.self
        ? silence(peer, message, signal)
        : request.call(line, peer, message, signal)
  for (const { line } of lines) line.dial = () => Promise.reject(new Error('no route to host'))
  await pass(30)
  expect(overlay.health().state).toBe('isolated')
  expect(overlayState(overlay).state).toBe('failed')
  expect(isolationOf(overlay, clock.now())).toContain('town.example')

  for (const { line, request, dial } of lines) Object.assign(line, { request, dial })
  await pass(15)
  expect(overlayState(overlay).state).toBe('good')
  expect(isolationOf(overlay, clock.now())).toBeUndefined()
})
