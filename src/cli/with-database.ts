import { DatabaseUnusable } from '../drivers/sqlite/database-unusable.ts'
import { ReadOnlyDatabase } from '../drivers/sqlite/read-only-database.ts'

/** Reads the database of a box that may be running. Resolves to the exit code; 1, with a word, when it cannot be read. */
export async function withDatabase(
  dataDir: string,
  read: (database: ReadOnlyDatabase) => Promise<number>,
): Promise<number> {
  let database: ReadOnlyDatabase
  try {
    database = await ReadOnlyDatabase.open(dataDir)
  } catch (error) {
    if (!(error instanceof DatabaseUnusable)) throw error
    console.error(error.message)
    return 1
  }
  try {
    return await read(database)
  } finally {
    await database.close()
  }
}
