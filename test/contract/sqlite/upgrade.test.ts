import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { CallTable } from '../../../src/drivers/sqlite/call-table.ts'
import { Connection } from '../../../src/drivers/sqlite/connection.ts'
import { Database } from '../../../src/drivers/sqlite/database.ts'
import { migrations } from '../../../src/drivers/sqlite/migrations.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { csvLine } from '../../../src/records/call-csv.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'

let folder: TemporaryFolder

beforeEach(() => {
  folder = new TemporaryFolder('upgrade')
})
afterEach(() => folder.remove())

/** As the first version wrote them, word for word. */
const oldCall =
  '{"callId":"c1","from":"sip:201@x","to":"sip:202@x","source":"phone","id":"a","path":"phone","target":"sip:202@x","startedAt":1000,"answeredAt":2000,"endedAt":3000,"status":200,"endedBy":"caller","cause":"hung up","attempts":[{"path":"phone","target":"sip:202@x","status":200,"tookMs":12}]}'

it('reads the calls of the first version, finds them by Call-ID, and exports them', async () => {
  const connection = await Connection.open(join(folder.path, 'causeway.db'), 'write')
  await connection.exec(`${migrations[0]}; PRAGMA application_id = ${0x43574159}; PRAGMA user_version = 1`)
  await connection.run({ sql: "INSERT INTO calls VALUES ('a', 1000, 3000, ?)", values: [oldCall] })
  await connection.close()

  const database = new Database({ dataDir: folder.path, log: silentLog })
  await database.start()
  try {
    const [found] = await new CallTable(database).find('c1')
    expect(found).toEqual(JSON.parse(oldCall))
    expect(found && csvLine(found)).toContain('phone sip:202@x 200 in 12 ms')
  } finally {
    await database.stop()
  }
})
