const isoTime = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2}|))?$/

/** What is accepted, for messages. */
export const writtenTimeExample = 'a time such as 2026-11-01 (UTC) or 2026-11-01T08:00:00+01:00'

/** ISO 8601, UTC where no zone is given; milliseconds since the Unix epoch. Undefined when it is no time. */
export function readWrittenTime(text: string): number | undefined {
  const [whole, zone] = isoTime.exec(text) ?? []
  if (whole === undefined) return undefined
  // ECMAScript takes a time without a zone for local time.
  const time = Date.parse(zone === '' ? `${text}Z` : text)
  return Number.isNaN(time) ? undefined : time
}
