import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config/load.ts'
import type { CallPath } from '../domain/call-record.ts'
import { SqliteCallArchive } from '../drivers/sqlite/call-archive.ts'
import { exportCalls } from '../records/call-export.ts'
import { readWrittenTime, writtenTimeExample } from '../records/written-time.ts'
import { type Command, UsageError } from './command.ts'
import { withDatabase } from './with-database.ts'

const paths: readonly string[] = ['phone', 'overlay', 'domain', 'trunk', 'pbx'] satisfies CallPath[]

const options = {
  config: { type: 'string' },
  format: { type: 'string', default: 'csv' },
  from: { type: 'string' },
  to: { type: 'string' },
  source: { type: 'string' },
  path: { type: 'string' },
  target: { type: 'string' },
  payer: { type: 'string' },
  answered: { type: 'boolean' },
} as const

/** Reads the database itself: the box may be running or not. */
export const callsExportCommand: Command = {
  name: 'export',
  summary:
    'writes call records to the standard output   [--format csv|jsonl] [--from TIME] [--to TIME] [--source PATH] ' +
    '[--path PATH] [--target NAME] [--payer NAME] [--answered]',
  async run(argv) {
    const { values } = parseArgs({ args: [...argv], options })
    const { format, target, payer, answered } = values
    if (format !== 'csv' && format !== 'jsonl') throw new UsageError('--format is csv or jsonl')
    const filter = {
      from: readTime('--from', values.from),
      to: readTime('--to', values.to),
      source: readPath('--source', values.source),
      path: readPath('--path', values.path),
      target,
      payer,
      answered,
    }
    return withDatabase(loadConfig(values.config).dataDir, async (database) => {
      const lines = exportCalls(new SqliteCallArchive(database), filter, format)
      await pipeline(Readable.from(lines), process.stdout, { end: false }).catch(unlessReaderLeft)
      return 0
    })
  },
}

/** `… | head` has seen enough: no error. */
function unlessReaderLeft(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
}

function readTime(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const time = readWrittenTime(text)
  if (time === undefined) throw new UsageError(`${option} is ${writtenTimeExample}`)
  return time
}

function readPath(option: string, text: string | undefined): CallPath | undefined {
  if (text === undefined) return undefined
  if (!paths.includes(text)) throw new UsageError(`${option} is one of ${paths.join(', ')}`)
  return text as CallPath
}
