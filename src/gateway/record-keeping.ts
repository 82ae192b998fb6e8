import { join } from 'node:path'
import type { Config } from '../config/schema.ts'
import { CallJournalFiles } from '../drivers/journal/call-journal-files.ts'
import { CallTable } from '../drivers/sqlite/call-table.ts'
import type { Database } from '../drivers/sqlite/database.ts'
import { DecisionTable } from '../drivers/sqlite/decision-table.ts'
import { NoticeTable } from '../drivers/sqlite/notice-table.ts'
import type { SettingTable } from '../drivers/sqlite/setting-table.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { Notices } from '../notice/notices.ts'
import { CallRecords } from '../records/call-records.ts'
import type { CallArchive } from '../records/call-store.ts'
import { DecisionRecords } from '../records/decision-records.ts'
import type { ClassOf } from '../records/finished-call.ts'
import { callNotice } from './call-notice.ts'
import { type HostLookUp, noticeTargets } from './notice-targets.ts'

export interface RecordKeepingParts {
  readonly config: Config
  readonly dataDir: string
  readonly database: Database
  readonly settings: SettingTable
  readonly names: HostLookUp
  readonly classOf: ClassOf
  readonly clock: Clock
  readonly log: Log
}

/** What the box writes down about its calls, and who is told of what. */
export interface RecordKeeping {
  readonly records: CallRecords
  readonly archive: CallArchive
  readonly journal: CallJournalFiles
  readonly decisions: DecisionRecords
  readonly notices: Notices
  /** In start order. */
  readonly parts: readonly Part[]
}

export function recordKeeping(parts: RecordKeepingParts): RecordKeeping {
  const { config, dataDir, database, settings, names, classOf, clock, log } = parts
  const { keepDays, mostCalls, keepDecisions } = config.records
  const notices = new Notices({
    ...config.notices,
    targets: noticeTargets(config.notices, config.box.name, names, clock),
    store: new NoticeTable(database),
    clock,
    log,
  })
  const journal = new CallJournalFiles({
    folder: join(dataDir, 'journal'),
    // The fsync of any write takes along what was written before it.
    makeDurable: () => settings.set('calls.durable-at', Buffer.from(String(clock.now()))),
    clock,
    log,
  })
  const archive = new CallTable(database)
  const records = new CallRecords({
    store: archive,
    journal,
    keepDays,
    mostCalls,
    classOf,
    onFinished: (record) => {
      if (notices.wants('call')) notices.send(callNotice(record))
    },
    clock,
    log,
  })
  const decisions = new DecisionRecords({ store: new DecisionTable(database), keepDecisions, log })
  return { records, archive, journal, decisions, notices, parts: [decisions, notices, journal, records] }
}
