import { type Binding, bindingKey } from '../../domain/binding.ts'
import type { SipTransport } from '../../domain/sip.ts'
import type { BindingChanges, BindingStore } from '../../registrar/binding-store.ts'
import type { SqlCommand } from './sql-command.ts'
import type { SqlDatabase } from './sql-database.ts'

interface BindingRow {
  readonly aor: string
  readonly contact: string
  readonly q: number
  readonly expires_at: number
  readonly call_id: string
  readonly cseq: number
  readonly path: string
  readonly transport: SipTransport
  readonly address: string
  readonly port: number
  readonly instance: string | null
  readonly reg_id: number | null
  readonly user_agent: string | null
  readonly origin: Binding['origin']
  readonly registered_at: number
}

const putSql = `
  INSERT OR REPLACE INTO bindings
    (aor, flow, contact, q, expires_at, call_id, cseq, path, transport, address, port, instance, reg_id, user_agent,
     origin, registered_at)
  SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8, value->>9,
    value->>10, value->>11, value->>12, value->>13, value->>14, value->>15
  FROM json_each(?)`
const removeSql = 'DELETE FROM bindings WHERE (aor, flow) IN (SELECT value->>0, value->>1 FROM json_each(?))'
const removeExpiredSql = 'DELETE FROM bindings WHERE expires_at <= ?'
const loadSql = 'SELECT * FROM bindings'

/** Bindings on disk. */
export class BindingTable implements BindingStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  async load(now: number): Promise<Binding[]> {
    await this.#database.write({ sql: removeExpiredSql, values: [now] })
    return (await this.#database.all<BindingRow>(loadSql)).map(readRow)
  }

  async save({ put, remove }: BindingChanges): Promise<void> {
    await this.#database.write(...remove.map(removeCommand), ...put.map(putCommand))
  }
}

function removeCommand(binding: Binding): SqlCommand {
  return { sql: removeSql, row: [binding.aor, bindingKey(binding)] }
}

function putCommand(binding: Binding): SqlCommand {
  const { source } = binding
  return {
    sql: putSql,
    row: [
      binding.aor,
      bindingKey(binding),
      binding.contact,
      binding.q,
      binding.expiresAt,
      binding.callId,
      binding.cseq,
      JSON.stringify(binding.path),
      source.transport,
      source.address,
      source.port,
      binding.instance ?? null,
      binding.regId ?? null,
      binding.userAgent ?? null,
      binding.origin,
      binding.registeredAt,
    ],
  }
}

function readRow(row: BindingRow): Binding {
  return {
    aor: row.aor,
    contact: row.contact,
    q: row.q,
    expiresAt: row.expires_at,
    callId: row.call_id,
    cseq: row.cseq,
    path: JSON.parse(row.path),
    source: { transport: row.transport, address: row.address, port: row.port },
    instance: row.instance ?? undefined,
    regId: row.reg_id ?? undefined,
    userAgent: row.user_agent ?? undefined,
    origin: row.origin,
    registeredAt: row.registered_at,
  }
}
