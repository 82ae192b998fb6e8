// Run as a program of its own: registers phone after phone, prints the AoR of each once it is durable, until it is killed.
import { BindingTable } from '../../../src/drivers/sqlite/binding-table.ts'
import { Database } from '../../../src/drivers/sqlite/database.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { Location } from '../../../src/registrar/location.ts'
import { aBinding } from '../../support/a-binding.ts'

const [dataDir = '', run = ''] = process.argv.slice(2)
const phonesAtATime = 50

const database = new Database({ dataDir, log: silentLog })
await database.start()
const location = new Location({ store: new BindingTable(database), log: silentLog })
await location.start()
process.stdout.write(`loaded ${location.size}\n`)

let next = 0

async function registerWithoutEnd(): Promise<never> {
  for (;;) {
    const aor = `sip:${run}-${next++}@site-a.example`
    await location.save(aor, { put: [aBinding({ aor })], remove: [] })
    process.stdout.write(`registered ${aor}\n`)
  }
}

await Promise.all(Array.from({ length: phonesAtATime }, registerWithoutEnd))
