import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'

/** How far each thread of a process stands back for others (-20 to 19, 0: not), by its name. Linux only. */
export function nicenessByThread(pid: number): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>()
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const name = readFileSync(`/proc/${pid}/task/${thread}/comm`, 'latin1').trimEnd()
    found.set(name, [...(found.get(name) ?? []), getPriority(Number(thread))])
  }
  return found
}
