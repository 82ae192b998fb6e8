import type { PartState } from '../admin/box-view.ts'
import type { Overlay } from '../overlay/overlay.ts'

/** A box that was just started, or just lost its last peer, may be connected again in a moment. */
const graceMilliseconds = 10_000

/** How an overlay is, as one part of the box among others. */
export function overlayState(overlay: Pick<Overlay, 'domain' | 'health'>): PartState {
  const { state, why } = overlay.health()
  const name = `overlay ${overlay.domain}`
  if (state === 'proven') return { name, state: 'good', text: why }
  if (state === 'isolated') return { name, state: 'failed', text: why }
  return { name, state: 'degraded', text: why }
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
