/** Reads a time as drachtio writes it, `800ms` or `2s`, in milliseconds; undefined when it is none. */
export function readWireDuration(text: string): number | undefined {
  const match = /^(\d{1,7})(ms|s)$/.exec(text)
  return match ? Number(match[1]) * (match[2] === 's' ? 1_000 : 1) : undefined
}
