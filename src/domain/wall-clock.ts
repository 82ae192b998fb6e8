/** The clock on the wall. */
export interface WallClock {
  /** 0 is Monday. */
  readonly day: number
  /** Since midnight, 0 to 1,439. */
  readonly minute: number
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
// Making a formatter takes longer than using it by far.
const formatters = new Map<string, Intl.DateTimeFormat>()

/** At a moment (milliseconds since the Unix epoch) in a time zone (IANA name; undefined: the machine's). */
export function wallClock(at: number, timeZone: string | undefined): WallClock {
  const key = timeZone ?? ''
  let formatter = formatters.get(key)
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-GB', {
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      ...(timeZone !== undefined && { timeZone }),
    })
    formatters.set(key, formatter)
  }
  const parts = new Map(formatter.formatToParts(at).map(({ type, value }) => [type, value]))
  return {
    day: weekdays.indexOf((parts.get('weekday') ?? '').toLowerCase()),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  }
}
