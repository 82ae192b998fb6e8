import { cpuUsage, memoryUsage, uptime } from 'node:process'
import type { Figures, Sample } from '../admin/figures.ts'
import type { HeapFigures } from '../engine/engine.ts'
import type { HistogramFigures } from '../lib/histogram.ts'

interface Threads {
  readonly mainLags: HistogramFigures
  /** Undefined when the engine is another process. */
  readonly engine: { readonly heap: HeapFigures; readonly lags: HistogramFigures } | undefined
}

/** Memory, processor time and lag of the process and its two threads. */
export function processFigures({ mainLags, engine }: Threads): Figures {
  const { rss, heapUsed, heapTotal, external } = memoryUsage()
  const { user, system } = cpuUsage()
  return {
    event_loop_lag_seconds: byThread(mainLags, engine?.lags),
    heap_used_bytes: byThread(heapUsed, engine?.heap.usedBytes),
    heap_total_bytes: byThread(heapTotal, engine?.heap.totalBytes),
    external_bytes: byThread(external, engine?.heap.externalBytes),
    resident_memory_bytes: rss,
    cpu_seconds_total: (user + system) / 1e6,
    uptime_seconds: uptime(),
  }
}

function byThread<Value>(main: Value, engine: Value | undefined): Sample<Value>[] {
  const samples = [{ labels: { thread: 'main' }, value: main }]
  return engine === undefined ? samples : [...samples, { labels: { thread: 'engine' }, value: engine }]
}
