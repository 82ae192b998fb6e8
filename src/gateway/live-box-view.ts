import type { BoxStatus, BoxView, PartState } from '../admin/box-view.ts'
import type { ExtensionsView } from '../admin/extensions-view.ts'
import type { Figures } from '../admin/figures.ts'
import type { OutsideView } from '../admin/outside-view.ts'
import type { RehearsalsView } from '../admin/rehearsals-view.ts'
import type { SurvivalView } from '../admin/survival-view.ts'
import type { Config } from '../config/schema.ts'
import type { DrachtioStack } from '../drivers/drachtio/drachtio-stack.ts'
import type { EngineWorker } from '../drivers/engine-worker/engine-worker.ts'
import type { RtpengineRelay } from '../drivers/rtpengine/rtpengine-relay.ts'
import type { CallHandler } from '../edge/call-handler.ts'
import type { Guard } from '../guard/guard.ts'
import type { Clock } from '../lib/clock.ts'
import type { CallArchive } from '../records/call-store.ts'
import type { Location } from '../registrar/location.ts'
import type { Registrar } from '../registrar/registrar.ts'
import { hypotheticalCall } from '../routing/hypothetical-call.ts'
import type { Router } from '../routing/router.ts'
import type { Site } from '../routing/site.ts'
import type { PbxWatch } from '../survival/health/pbx-watch.ts'
import type { FrontRegistration } from '../survival/phones/front-registration.ts'
import { boxFigures } from './box-figures.ts'
import type { EmergencyService } from './emergency-service.ts'
import type { JoinedOverlays } from './joined-overlays.ts'
import { liveOutsideView } from './live-outside-view.ts'
import { liveSurvivalView } from './live-survival-view.ts'
import type { LoopLag } from './loop-lag.ts'
import { isolationOf, overlayState } from './overlay-state.ts'
import { OverlayInquiry, overlayViews } from './overlay-views.ts'
import type { RecordKeeping } from './record-keeping.ts'
import type { SubscriptionService } from './subscription-service.ts'
import type { SurvivalService } from './survival-service.ts'
import type { TelephoneNetwork } from './telephone-network.ts'
import type { VitalSigns } from './vital-signs.ts'

export interface BoxViewParts {
  readonly config: Config
  readonly version: string
  readonly clock: Clock
  /** Undefined when a drachtio-server is the engine. */
  readonly engine: EngineWorker | undefined
  readonly stack: DrachtioStack
  readonly calls: CallHandler
  readonly keeping: RecordKeeping
  readonly location: Location
  readonly overlays: JoinedOverlays
  readonly outside: TelephoneNetwork
  readonly survival: SurvivalService
  readonly knowledge: ExtensionsView
  readonly rehearsals: RehearsalsView
  readonly emergency: EmergencyService
  readonly pbxs: PbxWatch
  readonly guard: Guard
  readonly relay: RtpengineRelay | undefined
  readonly router: Router
  readonly site: Site
  readonly registrar: Pick<Registrar, 'counts'>
  readonly front: Pick<FrontRegistration, 'passedOn'>
  readonly subscriptions: Pick<SubscriptionService, 'counts'>
  readonly loopLag: LoopLag
  readonly vitalSigns: VitalSigns
}

const maxListed = 2_000

/** The running box as the admin pages see it. */
export class LiveBoxView implements BoxView {
  readonly askOverlay: OverlayInquiry
  readonly outside: OutsideView
  readonly survival: SurvivalView
  readonly archive: CallArchive
  readonly #parts: BoxViewParts
  readonly #startedAt: number

  constructor(parts: BoxViewParts) {
    this.#parts = parts
    this.askOverlay = new OverlayInquiry(parts.overlays)
    this.outside = liveOutsideView(parts.outside, parts.emergency.calls, parts.keeping.notices)
    this.survival = liveSurvivalView(parts.survival, parts.rehearsals, parts.knowledge)
    this.archive = parts.keeping.archive
    this.#startedAt = parts.clock.now()
  }

  status(): BoxStatus {
    const { config, version, calls, location, stack } = this.#parts
    return {
      name: config.box.name,
      version,
      startedAt: this.#startedAt,
      domains: config.sip.domains,
      listening: stack.listening.map(({ transport, hostPort }) => `${transport} ${hostPort}`),
      callsNow: calls.count,
      bindings: location.size,
      parts: [
        this.#sipState(),
        this.#mediaState(),
        ...this.#parts.overlays.all.map(({ overlay }) => overlayState(overlay)),
      ],
    }
  }

  callsNow() {
    return this.#parts.calls.callsNow().slice(0, maxListed)
  }

  recentCalls(most: number) {
    return this.#parts.keeping.records.recent(most)
  }

  decision(callId: string) {
    return this.#parts.keeping.decisions.find(callId)
  }

  async ladder(id: string) {
    const { engine, calls, keeping } = this.#parts
    if (!engine) return []
    const isMeant = (call: { id: string; callId: string }) => call.id === id || call.callId === id
    const call = calls.callsNow().find(isMeant) ?? keeping.records.recent().find(isMeant)
    return engine.messagesOf(call?.callId ?? id, call && `${call.id}-`)
  }

  async penalties() {
    return (await this.#parts.engine?.penalties()) ?? []
  }

  bindings() {
    return [...this.#parts.location.all()].slice(0, maxListed)
  }

  overlays() {
    return overlayViews(this.#parts.overlays)
  }

  trunks() {
    return this.outside.trunks()
  }

  pbxs() {
    return this.#parts.pbxs.view()
  }

  bans() {
    return this.#parts.guard.bans()
  }

  releaseBan(address: string) {
    return this.#parts.guard.release(address)
  }

  explainRoute(from: string, to: string, at?: number) {
    const { router, site, clock } = this.#parts
    return router.route(hypotheticalCall({ from, to, at: at ?? clock.now() }, site))
  }

  notAliveBecause() {
    return this.#parts.vitalSigns.notAliveBecause()
  }

  notReadyBecause(): string | undefined {
    const { stack, overlays, clock } = this.#parts
    if (!stack.isConnected) return 'the SIP engine is not connected'
    const isolations = overlays.all.flatMap(({ overlay }) => isolationOf(overlay, clock.now()) ?? [])
    return isolations.length > 0 ? isolations.join('; ') : undefined
  }

  figures(): Promise<Figures> {
    const { trunks, asterisks, toll } = this.#parts.outside
    const { emergency, survival } = this.#parts
    return boxFigures({
      ...{ ...this.#parts, trunks, asterisks, toll },
      outages: survival.outages,
      emergencies: emergency.calls,
    })
  }

  #sipState(): PartState {
    return this.#parts.stack.isConnected
      ? { name: 'sip', state: 'good', text: 'the SIP engine is connected' }
      : { name: 'sip', state: 'failed', text: 'the SIP engine is not connected' }
  }

  #mediaState(): PartState {
    const { relay } = this.#parts
    if (!relay) return { name: 'media', state: 'off', text: 'media flows directly between the phones' }
    return relay.isReachable
      ? { name: 'media', state: 'good', text: 'rtpengine answers' }
      : { name: 'media', state: 'degraded', text: 'rtpengine does not answer' }
  }
}
