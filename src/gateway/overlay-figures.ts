import type { Figures, Sample } from '../admin/figures.ts'
import type { OverlayFigures } from '../overlay/diagnosis/overlay-counts.ts'
import type { OverlayHealth, OverlayStatus } from '../overlay/overlay.ts'
import type { JoinedOverlays } from './joined-overlays.ts'

interface Counted {
  readonly domain: string
  readonly health: OverlayHealth
  readonly status: OverlayStatus
  readonly counts: OverlayFigures
}

/** The overlays as metrics. */
export function overlayFigures({ all }: Pick<JoinedOverlays, 'all'>): Figures {
  // Each is asked once: some answers are counted from many records.
  const overlays: readonly Counted[] = all.map(({ overlay }) => ({
    domain: overlay.domain,
    health: overlay.health(),
    status: overlay.status(),
    counts: overlay.figures(),
  }))
  return {
    overlay_peers: each(overlays, ({ health }) => health.connectedPeers),
    overlay_proven: each(overlays, ({ health }) => Number(health.state === 'proven')),
    overlay_isolated: each(overlays, ({ health }) => Number(health.state === 'isolated')),
    overlay_records_held: each(overlays, ({ health }) => health.recordsHeld),
    overlay_copies_wanted: each(overlays, ({ status }) => status.copies.wanted),
    overlay_copies_confirmed: each(overlays, ({ status }) => status.copies.confirmed),
    overlay_look_up_seconds: eachBy(overlays, 'outcome', ({ lookUps }) => lookUps),
    overlay_holders_asked_total: each(overlays, ({ counts }) => counts.holdersAsked),
    overlay_peer_changes_total: eachBy(overlays, 'change', ({ joined, lost }) => ({ joined, lost })),
    overlay_refused_records_total: eachBy(overlays, 'fault', ({ refusedRecords }) => refusedRecords),
    overlay_bytes_total: eachBy(overlays, 'direction', ({ bytesReceived, bytesSent }) => ({
      in: bytesReceived,
      out: bytesSent,
    })),
  }
}

function each(overlays: readonly Counted[], read: (overlay: Counted) => number): Sample<number>[] {
  return overlays.map((overlay) => ({ labels: { overlay: overlay.domain }, value: read(overlay) }))
}

function eachBy<Value>(
  overlays: readonly Counted[],
  label: string,
  read: (counts: OverlayFigures) => Readonly<Record<string, Value>>,
): Sample<Value>[] {
  return overlays.flatMap(({ domain, counts }) =>
    Object.entries(read(counts)).map(([name, value]) => ({
      labels: { overlay: domain, [label]: name },
      value,
    })),
  )
}
