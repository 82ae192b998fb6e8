import { readdirSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import type { Log } from './log.ts'

// What Node calls V8's threads on Linux. They compile hot code and collect garbage, for all threads of this process.
const helperName = 'V8Worker'
// A tenth of the weight of other threads (sched(7)); a processor that has nothing else to do is theirs all the same.
const niceness = 10

const threads = '/proc/self/task'

/**
 * Has V8's helpers stand back for the threads that handle messages. There are four of them: on two processors a full
 * collection, or functions that are compiled anew, kept calls waiting for 10 to 20 ms.
 *
 * Linux only, where each thread has a priority of its own (setpriority(2)). Elsewhere, and where it is not permitted,
 * everything goes on as it was, and the log says so.
 */
export function haveHelpersStandBack(log: Log): void {
  try {
    for (const thread of readdirSync(threads)) if (isHelper(thread)) setPriority(Number(thread), niceness)
  } catch (cause) {
    log.info({ cause }, "V8's helper threads keep their priority: calls may wait for them")
  }
}

function isHelper(thread: string): boolean {
  try {
    return readFileSync(`${threads}/${thread}/comm`, 'latin1').trimEnd() === helperName
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return false // it has just ended
    throw error
  }
}
