import type { Figures } from '../admin/figures.ts'
import type { PbxWatch } from '../survival/health/pbx-watch.ts'
import type { OutageLedger } from '../survival/outages/outage-ledger.ts'

export interface CountedSurvival {
  readonly pbxs: Pick<PbxWatch, 'view'>
  readonly outages: Pick<OutageLedger, 'counts'>
}

/** PBXs and the times without them, as metrics. */
export function survivalFigures({ pbxs, outages }: CountedSurvival): Figures {
  const counts = [...outages.counts]
  const by = (value: (of: (typeof counts)[number][1]) => number) =>
    counts.map(([pbx, each]) => ({ labels: { pbx }, value: value(each) }))
  return {
    pbx_state: pbxs.view().map(({ name, state }) => ({ labels: { pbx: name, state }, value: 1 })),
    outages_total: counts.flatMap(([pbx, each]) =>
      Object.entries(each.outages).map(([cause, value]) => ({ labels: { pbx, cause }, value })),
    ),
    standing_in_seconds_total: by(({ standingInMs }) => standingInMs / 1_000),
    survival_calls_total: counts.flatMap(([pbx, { served, unanswered, failed }]) =>
      Object.entries({ served, unanswered, failed }).map(([outcome, value]) => ({
        labels: { pbx, outcome },
        value,
      })),
    ),
    outage_detection_seconds: by(({ lastDetectionMs = 0 }) => lastDetectionMs / 1_000),
    survival_phones_away: by(({ phonesAway }) => phonesAway),
  }
}
