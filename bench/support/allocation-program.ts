import { GCProfiler } from 'node:v8'
import { messageTasks } from '../message-tasks.ts'
import { transactionTasks } from '../transaction-tasks.ts'
import type { AnyBenchTask } from './bench-task.ts'

// Started by allocation.ts with a young generation that holds all that is allocated here: nothing is collected while it
// counts, so that what the heap and the buffers grow by is what was allocated.

const warmUps = 20_000
const counted = 4_096

const bytes: Record<string, number> = {}
for (const task of [...messageTasks, ...transactionTasks()]) bytes[task.name] = await bytesPerMessage(task)
console.log(JSON.stringify(bytes))

async function bytesPerMessage(task: AnyBenchTask): Promise<number> {
  await repeat(task, warmUps) // until V8 has compiled it
  globalThis.gc?.()
  const profiler = new GCProfiler()
  profiler.start()
  const before = allocated()
  await repeat(task, counted)
  const grown = allocated() - before
  const collections = profiler.stop()?.statistics.length
  if (collections !== 0) throw new Error(`${task.name}: ${collections} collections while it was counted`)
  return Math.round(grown / counted / task.messages)
}

async function repeat(task: AnyBenchTask, times: number): Promise<void> {
  if ('run' in task) for (let run = 0; run < times; run++) task.run()
  else for (let run = 0; run < times; run++) await task.runAsync()
}

function allocated(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
