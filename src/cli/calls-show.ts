import { parseArgs } from 'node:util'
import { loadConfig } from '../config/load.ts'
import type { CallRecord } from '../domain/call-record.ts'
import type { DecisionRecord } from '../domain/decision-record.ts'
import { SqliteCallArchive } from '../drivers/sqlite/call-archive.ts'
import { findDecision } from '../drivers/sqlite/decision-table.ts'
import type { ReadOnlyDatabase } from '../drivers/sqlite/read-only-database.ts'
import { type Command, UsageError } from './command.ts'
import { describeCall } from './described-call.ts'
import { withDatabase } from './with-database.ts'

/** What is known of one call. */
export interface ShownCall {
  readonly record: CallRecord
  readonly decision: DecisionRecord | undefined
}

/** Exit code 3 when no such call is kept. */
export const callsShowCommand: Command = {
  name: 'show',
  summary: 'a call and why it went where it went   ID or Call-ID [--json]',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { config: { type: 'string' }, json: { type: 'boolean' } },
    })
    const [id] = positionals
    if (id === undefined) throw new UsageError('causeway calls show ID, the id of the record or the Call-ID')
    return withDatabase(loadConfig(values.config).dataDir, async (database) => {
      const calls = await findCalls(database, id)
      if (values.json) console.log(JSON.stringify(calls))
      else console.log(calls.map(describeCall).join('\n\n') || 'no record of that call is kept')
      return calls.length > 0 ? 0 : 3
    })
  },
}

async function findCalls(database: ReadOnlyDatabase, id: string): Promise<ShownCall[]> {
  const shown: ShownCall[] = []
  for (const record of await new SqliteCallArchive(database).find(id))
    shown.push({ record, decision: await findDecision(database, record.callId) })
  return shown
}
