import { type Figures, samplesBy } from '../admin/figures.ts'
import type { EmergencyCalls } from '../emergency/emergency-calls.ts'

export type CountedEmergencies = Pick<EmergencyCalls, 'counts' | 'view'>

/** Calls for help as metrics: an alarm is due when one was not answered. */
export function emergencyFigures(calls: CountedEmergencies): Figures {
  const { answered, unanswered, tests } = calls.counts
  return {
    emergency_calls_total: samplesBy('outcome', { answered, 'not-answered': unanswered, test: tests }),
    emergency_calls_unacknowledged: calls.view().filter(({ isAcknowledged }) => !isAcknowledged).length,
  }
}
