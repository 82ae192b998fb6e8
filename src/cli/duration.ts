const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 }

/** Reads `90s`, `5m`, `1h`; milliseconds. Undefined when it is none of these. */
export function readDuration(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,6})([smh])$/.exec(text.trim()) ?? []
  const ms = units[unit]
  return count === undefined || ms === undefined ? undefined : Number(count) * ms
}
