import type { OutageReport } from '../survival/outages/outage-report.ts'
import { type ExtensionsView, noExtensions } from './extensions-view.ts'
import { noPbxs, type PbxControl } from './pbx-control.ts'
import { noRehearsals, type RehearsalsView } from './rehearsals-view.ts'

/** Outages and what they were like. */
export interface OutageReports {
  /** Newest first, those that last among them; `most` at most. */
  list(most: number): Promise<readonly OutageReport[]>
  find(id: string): Promise<OutageReport | undefined>
}

/** What the box does, did and would do when a PBX is gone. */
export interface SurvivalView {
  readonly pbxs: PbxControl
  readonly rehearsals: RehearsalsView
  readonly extensions: ExtensionsView
  readonly outages: OutageReports
}

/** A box that stands beside no PBX. */
export const noSurvival: SurvivalView = {
  pbxs: noPbxs,
  rehearsals: noRehearsals,
  extensions: noExtensions,
  outages: { list: async () => [], find: async () => undefined },
}
