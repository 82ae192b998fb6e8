import { readdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { BackupFolder } from '../../../src/drivers/sqlite/backup-folder.ts'
import { DailyBackup } from '../../../src/drivers/sqlite/daily-backup.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { type Log, silentLog } from '../../../src/lib/log.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'
import { eventually } from '../../support/within.ts'

const hour = 3_600_000
let folder: TemporaryFolder
let clock: FakeClock
let said: string[]
let part: DailyBackup
let isDiskFull: boolean

beforeEach(async () => {
  folder = new TemporaryFolder('backups')
  clock = new FakeClock(Date.UTC(2026, 10, 1))
  said = []
  isDiskFull = false
  const say = (_: unknown, sentence: string): void => {
    said.push(sentence)
  }
  const log: Log = { ...silentLog, info: say, error: say }
  const backup = async (file: string): Promise<void> => {
    if (isDiskFull) throw new Error('no space')
    writeFileSync(file, '')
  }
  part = new DailyBackup({ backups: new BackupFolder(folder.path), backup }, log, clock)
  await part.start()
})
afterEach(async () => {
  await part.stop()
  folder.remove()
})

/** Lets hours go by one by one, each with what is done in it. */
async function pass(hours: number): Promise<void> {
  for (let i = 0; i < hours; i++) {
    clock.advance(hour)
    await part.stop()
    await part.start()
  }
}

it('makes a backup a day and keeps a week of them', async () => {
  await pass(23)
  expect(readdirSync(folder.path)).toEqual(['causeway-20261101T001000.db'])
  await pass(10 * 24)
  const names = readdirSync(folder.path).sort()
  expect(names).toHaveLength(7)
  expect(names.at(-1)).toContain('causeway-20261111T')
})

it('says so and tries again when it could not', async () => {
  isDiskFull = true
  clock.advance(hour)
  await eventually(2_000, 'the failure', () => said.includes('database not backed up'))
  isDiskFull = false
  clock.advance(hour)
  await eventually(2_000, 'a backup', () => said.includes('database backed up'))
})
