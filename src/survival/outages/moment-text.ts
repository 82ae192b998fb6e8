/** `2026-11-21 23:10:04 UTC`. Milliseconds since the Unix epoch. */
export function momentText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
