const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const pattern = /^(?:([a-z]+)\s+)?(\d{1,2}):(\d{2})$/
const minuteMs = 60_000
const minutesAWeek = 7 * 24 * 60

/**
 * Reads `Sunday 03:00` or `03:00` as the next such moment by the clock on the wall in that time zone (IANA name), and
 * `2026-11-22T03:00Z` as it is. Milliseconds since the Unix epoch; undefined when it is none of these.
 */
export function readMoment(text: string, now: number, timeZone: string | undefined): number | undefined {
  const [, day, hours, minutes] = pattern.exec(text.trim().toLowerCase()) ?? []
  if (hours === undefined || minutes === undefined) return readDate(text)
  const weekday = day === undefined ? undefined : weekdayOf(day)
  if (weekday === -1 || Number(hours) > 23 || Number(minutes) > 59) return undefined
  const wanted = `${hours.padStart(2, '0')}:${minutes}`
  const clock = wallClock(timeZone)
  const first = Math.ceil(now / minuteMs) * minuteMs
  // Minute by minute: that way the days on which the clocks are changed need no care.
  for (let step = 0; step < minutesAWeek + 24 * 60; step++) {
    const at = first + step * minuteMs
    const { weekday: today, time } = clock(at)
    if (time === wanted && (weekday === undefined || weekday === today)) return at
  }
  return undefined
}

function readDate(text: string): number | undefined {
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

/** -1 when no day begins so. */
function weekdayOf(text: string): number {
  return text.length < 2 ? -1 : weekdays.findIndex((day) => day.startsWith(text))
}

function wallClock(timeZone: string | undefined): (at: number) => { weekday: number; time: string } {
  const formatter = new Intl.DateTimeFormat('en-GB', {
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(timeZone !== undefined && { timeZone }),
  })
  return (at) => {
    const parts = new Map(formatter.formatToParts(at).map(({ type, value }) => [type, value]))
    const weekday = weekdays.indexOf((parts.get('weekday') ?? '').toLowerCase())
    return { weekday, time: `${parts.get('hour')}:${parts.get('minute')}` }
  }
}
