import { parseArgs } from 'node:util'
import { Bench } from 'tinybench'
import { addMessageTasks } from './message-tasks.ts'

// node bench/engine.ts [--json]: operations per second of the engine's inner parts, one core.

interface Figure {
  readonly task: string
  readonly perSecond: number
  readonly microseconds: number
  readonly p99Microseconds: number
}

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
const bench = new Bench({ time: 500, warmupTime: 200 })
addMessageTasks(bench)
await bench.run()

const figures = bench.tasks.map(figureOf)
if (values.json) console.log(JSON.stringify(figures, null, 2))
else console.table(figures)

function figureOf(task: Bench['tasks'][number]): Figure {
  const { result } = task
  if (result.state !== 'completed') throw new Error(`${task.name} did not complete`)
  return {
    task: task.name,
    perSecond: Math.round(result.throughput.mean),
    microseconds: Number((result.latency.mean * 1000).toFixed(3)),
    p99Microseconds: Number((result.latency.p99 * 1000).toFixed(3)),
  }
}
