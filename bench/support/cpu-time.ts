import { readdirSync, readFileSync } from 'node:fs'

// USER_HZ is 100 on every Linux that Node runs on.
const ticksPerSecond = 100

interface Stat {
  readonly parent: number
  readonly ticks: number
}

/** CPU seconds that a process and all its descendants have used, user and system. Linux only. */
export function cpuSeconds(pid: number): number {
  const stats = new Map<number, Stat>()
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(name) : undefined
    if (stat) stats.set(Number(name), stat)
  }
  let ticks = 0
  for (const [id, stat] of stats) if (isBelow(id, pid, stats)) ticks += stat.ticks
  return ticks / ticksPerSecond
}

function isBelow(id: number, ancestor: number, stats: ReadonlyMap<number, Stat>): boolean {
  for (let at: number | undefined = id; at !== undefined && at > 1; at = stats.get(at)?.parent) {
    if (at === ancestor) return true
  }
  return false
}

function readStat(name: string): Stat | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${name}/stat`, 'latin1')
  } catch {
    return undefined // it has just ended
  }
  // The second field is the program's name in brackets, which may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }
}
