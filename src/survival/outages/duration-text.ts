/** `0.4 s`, `12 min 30 s`, `3 h 5 min`. Milliseconds. */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1_000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3_600) return pair(whole, 60, 'min', 's')
  return pair(Math.round(whole / 60), 60, 'h', 'min')
}

function pair(amount: number, size: number, large: string, small: string): string {
  const rest = amount % size
  const whole = `${Math.floor(amount / size)} ${large}`
  return rest === 0 ? whole : `${whole} ${rest} ${small}`
}
