import type { PartState } from '../admin/box-view.ts'
import type { Overlay } from '../overlay/overlay.ts'

/** A box that was just started, or just lost its last peer, may be connected again in a moment. */
const graceMilliseconds = 10_000

/** How an overlay is, as one part of the box among others. */
export function overlayState(overlay: Pick<Overlay, 'domain' | 'health' | 'status'>): PartState {
  const { state, why } = overlay.health()
  const name = `overlay ${overlay.domain}`
  if (state === 'isolated') return { name, state: 'failed', text: why }
  const { credentialWarning, clockWarning } = overlay.status()
  const warnings = [credentialWarning, clockWarning].filter((warning) => warning !== undefined)
  const isGood = state === 'proven' && warnings.length === 0
  return { name, state: isGood ? 'good' : 'degraded', text: [why, ...warnings].join('; ') }
}

/** Why the box should be sent no calls for other boxes; undefined when it may. */
export function isolationOf(
  overlay: Pick<Overlay, 'domain' | 'health' | 'status'>,
  now: number,
): string | undefined {
  const { state, why } = overlay.health()
  const { disconnectedSince = now } = overlay.status()
  if (state !== 'isolated' || now - disconnectedSince < graceMilliseconds) return undefined
  return `overlay ${overlay.domain}: ${why}`
}
