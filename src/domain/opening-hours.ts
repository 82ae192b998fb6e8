import { wallClock } from './wall-clock.ts'

/** Hours of the week, such as `mon-fri 08:00-18:00`; what ends before it begins goes on past midnight. */
export interface OpeningSpan {
  /** 0 is Monday; the day on which it begins. */
  readonly days: ReadonlySet<number>
  /** Minutes since midnight, 0 to 1,440. */
  readonly from: number
  readonly to: number
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const spanPattern =
  /^(daily|[a-z]{3}(?:-[a-z]{3})?(?:,[a-z]{3}(?:-[a-z]{3})?)*) +(\d\d):(\d\d)-(\d\d):(\d\d)$/

/** Reads `mon-fri 08:00-18:00`, `sat,sun 10:00-14:00`, `daily 22:00-06:00`; undefined when it is none of these. */
export function readOpeningSpan(text: string): OpeningSpan | undefined {
  const [, days = '', ...times] = spanPattern.exec(text.trim().toLowerCase()) ?? []
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = times.map(Number)
  const [from, to] = [minutesOf(fromHour, fromMinute), minutesOf(toHour, toMinute)]
  const named = days === 'daily' ? new Set(weekdays.keys()) : daysIn(days)
  if (named === undefined || from === undefined || to === undefined || from === to) return undefined
  return { days: named, from, to }
}

/** Throws on a text that is no span: the config has checked them. */
export function readOpeningHours(texts: readonly string[]): readonly OpeningSpan[] {
  return texts.map((text) => {
    const span = readOpeningSpan(text)
    if (!span) throw new Error(`"${text}" is no opening hours, such as "mon-fri 08:00-18:00"`)
    return span
  })
}

/**
 * Whether a moment (milliseconds since the Unix epoch) lies in one of the spans, by the clock on the wall in that time
 * zone (IANA name; undefined: the machine's).
 */
export function isOpenAt(spans: readonly OpeningSpan[], at: number, timeZone: string | undefined): boolean {
  const { day, minute } = wallClock(at, timeZone)
  return spans.some(({ days, from, to }) => {
    if (from < to) return days.has(day) && minute >= from && minute < to
    return (days.has(day) && minute >= from) || (days.has((day + 6) % 7) && minute < to)
  })
}

function daysIn(text: string): ReadonlySet<number> | undefined {
  const days = new Set<number>()
  for (const part of text.split(',')) {
    const [first = '', last = first] = part.split('-')
    const [from, to] = [weekdays.indexOf(first), weekdays.indexOf(last)]
    if (from < 0 || to < 0) return undefined
    for (let day = from; ; day = (day + 1) % 7) {
      days.add(day)
      if (day === to) break
    }
  }
  return days
}

function minutesOf(hour: number, minute: number): number | undefined {
  const minutes = hour * 60 + minute
  return minute < 60 && minutes <= 1_440 ? minutes : undefined
}
