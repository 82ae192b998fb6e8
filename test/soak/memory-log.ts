import { readFileSync } from 'node:fs'
import { Figures } from './figures.ts'
import { type Allowance, type MemorySample, type MemoryTrend, memoryTrend } from './memory-trend.ts'

const mebibyte = 2 ** 20
/** V8 and malloc give pages back late and in lumps: the heaps are the sharper measure. */
const allowances: Readonly<Record<'rss' | 'heap', Allowance>> = {
  rss: { bytes: 32 * mebibyte, share: 0.1 },
  heap: { bytes: 16 * mebibyte, share: 0.05 },
}
/** In less time V8 collects its old generation too seldom for floors to show more than the coarse. */
const sharpFromSeconds = 600
const coarser = 8

/** The memory of a running box over time: its resident set, and each heap that its metrics show. */
export class MemoryLog {
  readonly #box: { readonly pid: number; readonly adminUrl: string }
  readonly #samples = new Map<string, MemorySample[]>()
  readonly #begin = performance.now()

  constructor(box: { readonly pid: number; readonly adminUrl: string }) {
    this.#box = box
  }

  /** Rejects when the box does not answer. */
  async sample(): Promise<Figures> {
    const figures = await Figures.read(this.#box.adminUrl)
    const second = (performance.now() - this.#begin) / 1_000
    this.#add('rss', second, residentBytes(this.#box.pid))
    for (const [thread, bytes] of figures.byLabel('causeway_heap_used_bytes'))
      this.#add(`heap of ${thread}`, second, bytes)
    return figures
  }

  latest(): MemoryReading {
    return this.#each((samples) => samples.at(-1)?.bytes ?? Number.NaN)
  }

  /** The least of all samples. */
  floor(): MemoryReading {
    return this.#each((samples) => Math.min(...samples.map(({ bytes }) => bytes)))
  }

  trends(warmUpSeconds: number): Readonly<Record<string, MemoryTrend>> {
    return this.#each((samples, name) => {
      const { bytes, share } = name === 'rss' ? allowances.rss : allowances.heap
      const factor = (samples.at(-1)?.second ?? 0) < sharpFromSeconds ? coarser : 1
      return memoryTrend(samples, warmUpSeconds, { bytes: bytes * factor, share: share * factor })
    })
  }

  #each<Value>(of: (samples: readonly MemorySample[], name: string) => Value): Record<string, Value> {
    return Object.fromEntries([...this.#samples].map(([name, samples]) => [name, of(samples, name)]))
  }

  #add(name: string, second: number, bytes: number): void {
    const samples = this.#samples.get(name)
    if (samples) samples.push({ second, bytes })
    else this.#samples.set(name, [{ second, bytes }])
  }
}

/** Bytes by what: `rss`, and `heap of` each thread. */
export type MemoryReading = Readonly<Record<string, number>>

/** Of one process. Linux only. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024
}
