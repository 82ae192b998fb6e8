import type { Connection } from './connection.ts'
import { migrations } from './migrations.ts'

/** Marks the file as ours (`PRAGMA application_id`): "CWAY". */
const applicationId = 0x43574159

export interface SchemaState {
  readonly version: number
  readonly known: number
  /** False for a database of another program. */
  readonly isOurs: boolean
}

export async function readSchema(connection: Connection): Promise<SchemaState> {
  const version = await pragma(connection, 'user_version')
  const id = await pragma(connection, 'application_id')
  const tables = await connection.all<{ count: number }>('SELECT count(*) AS count FROM sqlite_schema')
  return { version, known: migrations.length, isOurs: id === applicationId || tables[0]?.count === 0 }
}

/** Takes the steps that are missing, each in a transaction of its own. */
export async function migrate(connection: Connection, from: number): Promise<void> {
  for (const [index, step] of migrations.entries()) {
    if (index < from) continue
    await connection.exec(
      `BEGIN IMMEDIATE; ${step}; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${index + 1}; COMMIT`,
    )
  }
}

async function pragma(connection: Connection, name: 'user_version' | 'application_id'): Promise<number> {
  const rows = await connection.all<Record<string, number>>(`PRAGMA ${name}`)
  return rows[0]?.[name] ?? 0
}
