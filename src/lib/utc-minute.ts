/** A moment as people read it: `2026-11-21 18:00 UTC`. */
export function utcMinute(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
