import type { Figures, Sample } from '../admin/figures.ts'
import type { Overlay } from '../overlay/overlay.ts'
import type { OverlayFigures } from '../overlay/overlay-counts.ts'
import type { JoinedOverlays } from './joined-overlays.ts'

type Counted = Pick<Overlay, 'domain' | 'health' | 'status' | 'figures' | 'peers'>

/** The overlays as metrics. */
export function overlayFigures({ all }: Pick<JoinedOverlays, 'all'>): Figures {
  const overlays: readonly Counted[] = all.map(({ overlay }) => overlay)
  return {
    overlay_peers: each(overlays, (overlay) => overlay.peers().filter(({ connected }) => connected).length),
    overlay_proven: each(overlays, (overlay) => Number(overlay.health().state === 'proven')),
    overlay_isolated: each(overlays, (overlay) => Number(overlay.health().state === 'isolated')),
    overlay_records_held: each(overlays, (overlay) => overlay.health().recordsHeld),
    overlay_copies_wanted: each(overlays, (overlay) => overlay.status().copies.wanted),
    overlay_copies_confirmed: each(overlays, (overlay) => overlay.status().copies.confirmed),
    overlay_look_up_seconds: eachBy(overlays, 'outcome', ({ lookUps }) => lookUps),
    overlay_holders_asked_total: each(overlays, (overlay) => overlay.figures().holdersAsked),
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
  read: (figures: OverlayFigures) => Readonly<Record<string, Value>>,
): Sample<Value>[] {
  return overlays.flatMap((overlay) =>
    Object.entries(read(overlay.figures())).map(([name, value]) => ({
      labels: { overlay: overlay.domain, [label]: name },
      value,
    })),
  )
}
