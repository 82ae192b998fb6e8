import { type OverlayEntry, overlayEntry } from '../config/sections/overlays.ts'
import { libp2pOverlay } from '../drivers/libp2p/libp2p-overlay.ts'
import type { NameService } from '../drivers/libp2p/published-boxes.ts'
import { MemoryOverlays } from '../drivers/memory-overlay/memory-overlay.ts'
import { joinedOverlays } from '../identity/overlay-membership.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Overlay } from '../overlay/overlay.ts'
import { AorDirectory } from '../overlay/records/aor-directory.ts'
import { ServiceDirectory } from '../overlay/services/service-directory.ts'
import type { JoinedOverlay } from './joined-overlays.ts'

/**
 * The overlays of the config, and with usual settings those that the box has joined and the config does not name; not
 * yet started. Throws when the box has not joined one of the config's.
 */
export function openOverlays(
  entries: readonly OverlayEntry[],
  dataDir: string,
  names: NameService,
  clock: Clock,
  log: Log,
): readonly JoinedOverlay[] {
  const unnamed = joinedOverlays(dataDir)
    .filter((domain) => !entries.some((entry) => entry.domain === domain))
    .map((domain) => overlayEntry.parse({ domain }))
  return [...entries, ...unnamed].map((entry) => {
    const overlay = openOverlay(entry, dataDir, names, clock, log)
    const users = new AorDirectory(overlay, {
      longestLifetimeSeconds: entry.recordLifetimeSeconds,
      clock,
      log,
    })
    return { overlay, users, services: new ServiceDirectory(overlay, { clock, log }) }
  })
}

function openOverlay(
  entry: OverlayEntry,
  dataDir: string,
  names: NameService,
  clock: Clock,
  log: Log,
): Overlay {
  if (entry.driver === 'memory') return new MemoryOverlays(entry.domain).box({ clock, log }).overlay
  return libp2pOverlay(entry, dataDir, clock, log, names)
}
