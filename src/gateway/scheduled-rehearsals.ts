import type { RehearsalEntry } from '../config/sections/rehearsals.ts'
import type { ScheduledRehearsal } from '../survival/rehearsal/scheduled-rehearsals.ts'

const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

/** The rehearsals of the config, as the schedule takes them. */
export function scheduledRehearsals(entries: readonly RehearsalEntry[]): readonly ScheduledRehearsal[] {
  return entries.map(({ pbx, group, day, at, minutes, ring, mostCalls }) => {
    const [hour = 0, minute = 0] = at.split(':').map(Number)
    return {
      time: { day: day === 'daily' ? undefined : days.indexOf(day), minute: hour * 60 + minute },
      order: { pbx, group, forMs: minutes * 60_000, ring, by: 'the schedule' },
      mostCalls,
    }
  })
}
