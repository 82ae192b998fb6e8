import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { BindingTable } from '../../../src/drivers/sqlite/binding-table.ts'
import { Database } from '../../../src/drivers/sqlite/database.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'
import { within } from '../../support/within.ts'

const writer = join(import.meta.dirname, 'binding-writer.ts')
let folder: TemporaryFolder

beforeEach(() => {
  folder = new TemporaryFolder('storm')
})
afterEach(() => folder.remove())

/** Lets a writer work until it has acknowledged that many, then kills it. Returns all it acknowledged. */
async function storm(run: string, acknowledgements: number): Promise<string[]> {
  const child = spawn(process.execPath, [writer, folder.path, run], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const registered: string[] = []
  try {
    const read = (async () => {
      for await (const line of createInterface({ input: child.stdout })) {
        const [what, aor = ''] = line.split(' ')
        if (what === 'registered') registered.push(aor)
        if (registered.length === acknowledgements) child.kill('SIGKILL')
      }
    })()
    await within(20_000, `${acknowledgements} registrations`, read)
  } finally {
    child.kill('SIGKILL')
    await exited
  }
  return registered
}

it('has every acknowledged binding after being killed in a storm, again and again', async () => {
  const acknowledged: string[] = []
  for (const [index, count] of [1, 777, 3_000, 5_000].entries())
    acknowledged.push(...(await storm(`run${index}`, count)))
  expect(acknowledged.length).toBeGreaterThanOrEqual(8_778)

  const database = new Database({ dataDir: folder.path, log: silentLog })
  await database.start()
  const found = new Set((await new BindingTable(database).load(Date.now())).map(({ aor }) => aor))
  await database.stop()
  expect(acknowledged.filter((aor) => !found.has(aor))).toEqual([])
})
