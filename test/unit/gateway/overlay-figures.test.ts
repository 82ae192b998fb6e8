import { afterEach, expect, it } from 'vitest'
import { printMetrics } from '../../../src/admin/metrics.ts'
import { type MemoryBox, MemoryOverlays } from '../../../src/drivers/memory-overlay/memory-overlay.ts'
import type { JoinedOverlay } from '../../../src/gateway/joined-overlays.ts'
import { overlayFigures } from '../../../src/gateway/overlay-figures.ts'
import { encodeMessage } from '../../../src/overlay/protocol/peer-message.ts'
import { eventually } from '../../support/within.ts'

const boxes: MemoryBox[] = []
const soon = () => AbortSignal.timeout(2_000)

afterEach(() => Promise.all(boxes.splice(0).map(({ overlay }) => overlay.stop())))

it('the metrics of an overlay tell look-ups by outcome, copies, churn, refusals and traffic', async () => {
  const overlays = new MemoryOverlays('town.example')
  boxes.push(overlays.box(), overlays.box())
  const [a, b] = boxes as [MemoryBox, MemoryBox]
  await a.overlay.start()
  await b.overlay.start()
  await eventually(4_000, 'the boxes to be connected', () => a.overlay.health().connectedPeers === 1)
  const anna = 'sip:anna@town.example'
  await b.overlay.store('sip-aor', anna, new Uint8Array(), 60)
  for (let call = 0; call < 3; call++) await a.overlay.fetch('sip-aor', anna, soon())
  await a.overlay.fetch('sip-aor', 'sip:nobody@town.example', soon())
  const forged = encodeMessage({ type: 'store', records: [Buffer.from('forged')] })
  await b.port.request(a.port.self, forged, soon())

  const all = [{ overlay: a.overlay } as unknown as JoinedOverlay]
  const text = await printMetrics(overlayFigures({ all }))
  const lines = text.split('\n').filter((line) => !line.startsWith('#'))
  const value = (name: string, labels = '') =>
    Number(
      lines
        .find((line) => line.startsWith(`causeway_${name}{overlay="town.example"${labels}}`))
        ?.split(' ')[1],
    )
  expect(value('overlay_peers')).toBe(1)
  expect(value('overlay_isolated')).toBe(0)
  expect(value('overlay_look_up_seconds_count', ',outcome="found"')).toBe(1)
  expect(value('overlay_look_up_seconds_count', ',outcome="cached"')).toBe(2)
  expect(value('overlay_look_up_seconds_count', ',outcome="none"')).toBe(1)
  expect(value('overlay_look_up_seconds_count', ',outcome="failed"')).toBe(0)
  expect(value('overlay_holders_asked_total')).toBeGreaterThan(0)
  expect(value('overlay_peer_changes_total', ',change="joined"')).toBe(1)
  expect(value('overlay_peer_changes_total', ',change="lost"')).toBe(0)
  expect(value('overlay_refused_records_total', ',fault="malformed"')).toBe(1)
  expect(value('overlay_records_held')).toBeGreaterThan(0)
  expect(value('overlay_copies_confirmed')).toBeLessThanOrEqual(value('overlay_copies_wanted'))
  expect(value('overlay_bytes_total', ',direction="in"')).toBeGreaterThan(100)
  expect(value('overlay_bytes_total', ',direction="out"')).toBeGreaterThan(100)
})
