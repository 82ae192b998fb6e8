/** How long a PBX takes to answer OPTIONS, of late and usually. */
export interface Latency {
  /** Milliseconds, the last ones. */
  readonly recent: readonly number[]
  /** Undefined before there are enough. */
  readonly usualMs: number | undefined
}

export const noLatency: Latency = { recent: [], usualMs: undefined }

const mostRecent = 5
/** Below it nobody on a telephone notices, whatever is usual. */
const floorMs = 300
const slowFactor = 4
/** What lasts becomes usual: slowness over minutes, speed at once. */
const slowlyLearned = 200
const quicklyLearned = 10

export function noteLatency({ recent, usualMs }: Latency, ms: number): Latency {
  const latest = [...recent.slice(1 - mostRecent), ms]
  if (latest.length < mostRecent) return { recent: latest, usualMs }
  const now = median(latest)
  if (usualMs === undefined) return { recent: latest, usualMs: now }
  const step = (now - usualMs) / (now > usualMs ? slowlyLearned : quicklyLearned)
  return { recent: latest, usualMs: usualMs + step }
}

/** Most of the last answers took much longer than usual. */
export function isSlow({ recent, usualMs }: Latency): boolean {
  if (usualMs === undefined) return false
  return median(recent) > Math.max(floorMs, slowFactor * usualMs)
}

/** Milliseconds; undefined before there are enough answers. */
export function latencyNow({ recent }: Latency): number | undefined {
  return recent.length < mostRecent ? undefined : median(recent)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
}
