import { localDay } from '../../domain/local-day.ts'
import { wallClock } from '../../domain/wall-clock.ts'

/** When a rehearsal is to begin, by the clock on the wall. */
export interface ScheduledTime {
  /** 0 is Monday; undefined: every day. */
  readonly day: number | undefined
  /** Since midnight, 0 to 1,439. */
  readonly minute: number
}

/** What a schedule remembers from one look at the clock to the next. */
export interface ScheduleState {
  /** When it looked last; milliseconds since the Unix epoch. */
  readonly at: number
  /** The days on which the times of the schedule were last due, by their place in it. */
  readonly dueOn: ReadonlyMap<number, string>
}

/**
 * The places of the times that have come since the last look. A time that the clock skips when summer begins is due right
 * behind the gap; one that it shows twice is due once. What passed while the box was down is not made up for.
 */
export function dueTimes(
  times: readonly ScheduledTime[],
  state: ScheduleState,
  at: number,
  timeZone: string | undefined,
): { readonly due: readonly number[]; readonly state: ScheduleState } {
  const today = localDay(at, timeZone)
  const now = wallClock(at, timeZone)
  const isSameDay = localDay(state.at, timeZone) === today
  const before = isSameDay ? wallClock(state.at, timeZone).minute : -1
  const due = [...times.entries()]
    .filter(([, { day, minute }]) => {
      return (day === undefined || day === now.day) && before < minute && minute <= now.minute
    })
    .map(([place]) => place)
    .filter((place) => state.dueOn.get(place) !== today)
  const dueOn = new Map([...state.dueOn, ...due.map((place) => [place, today] as const)])
  return { due, state: { at, dueOn } }
}
