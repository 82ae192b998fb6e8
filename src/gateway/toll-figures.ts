import type { Figures } from '../admin/figures.ts'
import type { Toll } from '../toll/toll.ts'

export type CountedToll = Pick<Toll, 'counts' | 'view'>

/** Calls that cost money, and those held back, as metrics. */
export function tollFigures(toll: CountedToll): Figures {
  const { blocks, callsNow } = toll.view()
  const { allowed, refused } = toll.counts
  return {
    toll_calls_now: callsNow,
    toll_allowed_total: allowed,
    toll_refused_total: [...refused].map(([by, value]) => ({ labels: { by }, value })),
    toll_blocked: new Set(blocks.map(({ payer }) => payer)).size,
  }
}
