import type { ExtensionsView } from '../admin/extensions-view.ts'
import type { RehearsalsView } from '../admin/rehearsals-view.ts'
import type { SurvivalView } from '../admin/survival-view.ts'
import type { SurvivalService } from './survival-service.ts'

/** Survival as the admin pages see it. */
export function liveSurvivalView(
  { pbxs, outages }: SurvivalService,
  rehearsals: RehearsalsView,
  extensions: ExtensionsView,
): SurvivalView {
  return { pbxs, outages, rehearsals, extensions }
}
