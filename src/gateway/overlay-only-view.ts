import type { BoxStatus, BoxView } from '../admin/box-view.ts'
import type { Figures } from '../admin/figures.ts'
import { nothingOutside } from '../admin/outside-view.ts'
import { noSurvival } from '../admin/survival-view.ts'
import type { Clock } from '../lib/clock.ts'
import { emptyArchive } from '../records/empty-archive.ts'
import type { JoinedOverlays } from './joined-overlays.ts'
import type { LoopLag } from './loop-lag.ts'
import { overlayFigures } from './overlay-figures.ts'
import { isolationOf, overlayState } from './overlay-state.ts'
import { OverlayInquiry, overlayViews } from './overlay-views.ts'
import { processFigures } from './process-figures.ts'

export interface OverlayOnlyParts {
  readonly name: string
  readonly version: string
  readonly overlays: JoinedOverlays
  readonly loopLag: Pick<LoopLag, 'figures'>
  readonly clock: Clock
}

const why = 'SIP is off in the config of this box'

/** A box without SIP as the admin pages see it: no calls, no phones, no lines. */
export class OverlayOnlyView implements BoxView {
  readonly askOverlay: OverlayInquiry
  readonly outside = nothingOutside
  readonly survival = noSurvival
  readonly archive = emptyArchive
  readonly #parts: OverlayOnlyParts
  readonly #startedAt: number

  constructor(parts: OverlayOnlyParts) {
    this.#parts = parts
    this.askOverlay = new OverlayInquiry(parts.overlays)
    this.#startedAt = parts.clock.now()
  }

  status(): BoxStatus {
    const { name, version, overlays } = this.#parts
    return {
      ...{ name, version, startedAt: this.#startedAt, domains: [], listening: [], callsNow: 0, bindings: 0 },
      parts: [
        { name: 'sip', state: 'off', text: why },
        ...overlays.all.map(({ overlay }) => overlayState(overlay)),
      ],
    }
  }

  overlays() {
    return overlayViews(this.#parts.overlays)
  }

  /** It has neither an engine nor a database. */
  async notAliveBecause() {
    return undefined
  }

  notReadyBecause(): string | undefined {
    const { overlays, clock } = this.#parts
    const isolations = overlays.all.flatMap(({ overlay }) => isolationOf(overlay, clock.now()) ?? [])
    return isolations.length > 0 ? isolations.join('; ') : undefined
  }

  async figures(): Promise<Figures> {
    const { overlays, loopLag } = this.#parts
    return {
      ...overlayFigures(overlays),
      ...processFigures({ mainLags: loopLag.figures, engine: undefined }),
    }
  }

  async explainRoute() {
    return {
      plan: { kind: 'refuse' as const, status: 503, reason: 'Service Unavailable', why },
      steps: [],
    }
  }

  callsNow() {
    return []
  }

  recentCalls() {
    return []
  }

  async decision() {
    return undefined
  }

  async ladder() {
    return []
  }

  async penalties() {
    return []
  }

  bindings() {
    return []
  }

  trunks() {
    return []
  }

  pbxs() {
    return []
  }

  bans() {
    return []
  }

  releaseBan() {
    return false
  }
}
