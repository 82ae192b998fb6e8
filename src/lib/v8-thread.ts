import { performance } from 'node:perf_hooks'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Look } from './collection-rule.ts'
import type { CollectedThread } from './quiet-collector.ts'

type CollectGarbage = (options: { type: 'major'; execution: 'async' }) => Promise<void>

/** The thread that this runs in. */
export class V8Thread implements CollectedThread {
  #last = performance.eventLoopUtilization()
  #collectGarbage: CollectGarbage | undefined

  look(): Look {
    const now = performance.eventLoopUtilization()
    const { active, idle } = performance.eventLoopUtilization(now, this.#last)
    this.#last = now
    return { activeMs: active, idleMs: idle, usedBytes: getHeapStatistics().used_heap_size }
  }

  /**
   * Takes some 100 ms for each 100 MiB, in one piece. It also wakes V8's memory reducer, which gives pages back to the
   * system 8 s later, in small steps. (`flavor: 'last-resort'` would do that at once, and stop the thread for 0.5 s.)
   */
  collect(): Promise<void> {
    this.#collectGarbage ??= exposedGc()
    return this.#collectGarbage({ type: 'major', execution: 'async' })
  }
}

/** Only contexts made while the flag is set have the function. The flag stays: all threads share it. */
function exposedGc(): CollectGarbage {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as CollectGarbage
}
