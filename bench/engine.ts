import { parseArgs } from 'node:util'
import { Bench } from 'tinybench'
import { baseline, messageTasks } from './message-tasks.ts'
import { bytesPerMessage } from './support/allocation.ts'
import { recordRun } from './support/history.ts'
import { transactionTasks } from './transaction-tasks.ts'

// node bench/engine.ts [--json] [--record]: messages per second and bytes allocated per message, one core, no sockets.
// bench/README.md says how to read the figures.

interface Figure {
  readonly task: string
  readonly messagesPerSecond: number
  readonly microseconds: number
  readonly p99Microseconds: number
  readonly bytesPerMessage: number
  /** How many times as long as the baseline a message takes. */
  readonly ratio: number
}

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, record: { type: 'boolean', default: false } },
})
const tasks = [...messageTasks, ...transactionTasks()]
const bytes = await bytesPerMessage()
const bench = new Bench({ time: 500, warmupTime: 300 })
for (const task of tasks) bench.add(task.name, 'run' in task ? () => void task.run() : () => task.runAsync())
await bench.run()

const baselineMicroseconds = microsecondsOf(baseline, 1)
const figures = tasks.map(({ name, messages }): Figure => {
  const microseconds = microsecondsOf(name, messages)
  return {
    task: name,
    messagesPerSecond: Math.round(1e6 / microseconds),
    microseconds: rounded(microseconds),
    p99Microseconds: rounded((latencyOf(name).p99 * 1_000) / messages),
    bytesPerMessage: bytes[name] ?? Number.NaN,
    ratio: rounded(microseconds / baselineMicroseconds),
  }
})
if (values.json) console.log(JSON.stringify(figures, null, 2))
else console.table(figures)
if (values.record)
  recordRun(
    'engine',
    Object.fromEntries(
      figures.map(({ task, messagesPerSecond, bytesPerMessage: size, ratio }) => [
        task,
        { messagesPerSecond, bytesPerMessage: size, ratio },
      ]),
    ),
  )

/** The median, for one message. */
function microsecondsOf(name: string, messages: number): number {
  return (latencyOf(name).p50 * 1_000) / messages
}

function latencyOf(name: string): { readonly p50: number; readonly p99: number } {
  const result = bench.getTask(name)?.result
  if (result?.state !== 'completed') throw new Error(`${name} did not complete`)
  return result.latency
}

function rounded(value: number): number {
  return Number(value.toFixed(3))
}
