let second = -1
let text = ''

/** The time token of the protocol, `HH:MM:SS.uuuuuu` in UTC. `now` in milliseconds since the epoch. */
export function wireTime(now: number): string {
  const whole = Math.floor(now / 1000)
  if (whole !== second) {
    second = whole
    text = new Date(whole * 1000).toISOString().slice(11, 19)
  }
  return `${text}.${String(Math.floor(now - whole * 1000)).padStart(3, '0')}000`
}
