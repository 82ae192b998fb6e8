// Making a formatter takes longer than using it by far.
const formatters = new Map<string, Intl.DateTimeFormat>()

/** `2026-11-21`: the day at that moment (milliseconds since the Unix epoch) in a time zone; undefined: the machine's. */
export function localDay(at: number, timeZone: string | undefined): string {
  const key = timeZone ?? ''
  let formatter = formatters.get(key)
  if (!formatter) {
    // Swedes write dates as ISO 8601 does.
    formatter = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', ...(timeZone && { timeZone }) })
    formatters.set(key, formatter)
  }
  return formatter.format(at)
}
