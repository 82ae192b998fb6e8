import type { OutageReport } from '../../survival/outages/outage-report.ts'
import type { OpenOutage, OutageStore } from '../../survival/outages/outage-store.ts'
import type { RollEntry } from '../../survival/outages/phone-roll.ts'
import type { SqlDatabase } from './sql-database.ts'

interface OpenRow {
  readonly report: string
  readonly roll: string | null
  readonly saved_at: number
}

const saveSql = `
  INSERT INTO outages (id, detected_at, is_closed, saved_at, report) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET
    is_closed = excluded.is_closed, saved_at = excluded.saved_at, report = excluded.report,
    roll = iif(excluded.is_closed, NULL, outages.roll)`
const saveRollSql = 'UPDATE outages SET roll = ? WHERE id = ? AND NOT is_closed'
const openSql = 'SELECT report, roll, saved_at FROM outages WHERE NOT is_closed ORDER BY detected_at'
const listSql = 'SELECT report FROM outages ORDER BY detected_at DESC LIMIT ?'
const findSql = 'SELECT report FROM outages WHERE id = ?'
const trimSql = `
  DELETE FROM outages WHERE is_closed AND (detected_at < ? OR id NOT IN
    (SELECT id FROM outages ORDER BY detected_at DESC LIMIT ?))`

/** Reports of outages on disk; of those that are not closed, their phones too. */
export class OutageTable implements OutageStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  async open(): Promise<OpenOutage[]> {
    const rows = await this.#database.all<OpenRow>(openSql)
    return rows.map(({ report, roll, saved_at: savedAt }) => ({
      report: JSON.parse(report),
      roll: roll === null ? [] : JSON.parse(roll),
      savedAt,
    }))
  }

  async save(report: OutageReport, savedAt: number): Promise<void> {
    const { id, detectedAt, stage } = report
    const values = [id, detectedAt, stage === 'closed' ? 1 : 0, savedAt, JSON.stringify(report)]
    await this.#database.write({ sql: saveSql, values })
  }

  async saveRoll(id: string, roll: readonly RollEntry[]): Promise<void> {
    await this.#database.write({ sql: saveRollSql, values: [JSON.stringify(roll), id] })
  }

  async list(most: number): Promise<OutageReport[]> {
    const rows = await this.#database.all<{ report: string }>(listSql, most)
    return rows.map(({ report }) => JSON.parse(report))
  }

  async find(id: string): Promise<OutageReport | undefined> {
    const [row] = await this.#database.all<{ report: string }>(findSql, id)
    return row && JSON.parse(row.report)
  }

  async trim(before: number, most: number): Promise<void> {
    await this.#database.write({ sql: trimSql, values: [before, most] })
  }
}
