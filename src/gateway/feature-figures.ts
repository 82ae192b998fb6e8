import { type Figures, samplesBy } from '../admin/figures.ts'
import type { CallHandler } from '../edge/call-handler.ts'
import type { Guard } from '../guard/guard.ts'
import type { Location } from '../registrar/location.ts'
import type { Registrar } from '../registrar/registrar.ts'
import type { PbxWatch } from '../survival/health/pbx-watch.ts'
import type { FrontRegistration } from '../survival/phones/front-registration.ts'
import type { Trunks } from '../trunk/trunks.ts'
import type { Asterisks } from './asterisks.ts'
import type { JoinedOverlays } from './joined-overlays.ts'
import { overlayFigures } from './overlay-figures.ts'
import type { SubscriptionService } from './subscription-service.ts'

export interface CountedFeatures {
  readonly calls: Pick<CallHandler, 'count'>
  readonly location: Pick<Location, 'size'>
  readonly guard: Pick<Guard, 'counts' | 'bans'>
  readonly registrar: Pick<Registrar, 'counts'>
  readonly front: Pick<FrontRegistration, 'passedOn'>
  readonly trunks: Pick<Trunks, 'view'>
  readonly asterisks: Pick<Asterisks, 'view'>
  readonly pbxs: Pick<PbxWatch, 'view'>
  readonly overlays: Pick<JoinedOverlays, 'all'>
  readonly subscriptions: Pick<SubscriptionService, 'counts'>
}

/** Calls, registrations and neighbours as metrics. */
export function featureFigures(parts: CountedFeatures): Figures {
  const { calls, location, guard, registrar, front, overlays } = parts
  const { accepted, challenged, wrongPassword, refused } = registrar.counts
  const trunks = parts.trunks.view()
  const asterisks = parts.asterisks.view()
  return {
    calls_now: calls.count,
    bindings: location.size,
    registrations_total: samplesBy('outcome', {
      accepted,
      challenged,
      'wrong-password': wrongPassword,
      refused,
      'passed-on': front.passedOn,
    }),
    guard_refused_total: samplesBy('reason', {
      banned: guard.counts.banned,
      'too-fast': guard.counts.tooFast,
      'wrong-password': guard.counts.authFailures,
    }),
    bans: guard.bans().length,
    trunk_calls: trunks.map(({ name, calls }) => ({ labels: { trunk: name }, value: calls })),
    trunk_up: trunks.map(({ name, state }) => ({
      labels: { trunk: name },
      value: state.state === 'good' || state.state === 'degraded' ? 1 : 0,
    })),
    asterisk_up: asterisks.map(({ name, state }) => ({
      labels: { asterisk: name },
      value: state.state === 'failed' ? 0 : 1,
    })),
    asterisk_channels: asterisks.map(({ name, channels }) => ({
      labels: { asterisk: name },
      value: channels,
    })),
    pbx_up: parts.pbxs
      .view()
      .map(({ name, state }) => ({ labels: { pbx: name }, value: state === 'normal' ? 1 : 0 })),
    subscriptions: samplesBy('notifier', parts.subscriptions.counts),
    ...overlayFigures(overlays),
  }
}
