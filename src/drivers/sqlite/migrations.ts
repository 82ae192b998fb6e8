/**
 * The schema as a list of steps; `PRAGMA user_version` counts those taken. A step that was released is never changed:
 * add another one.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE bindings (
    aor TEXT NOT NULL,
    flow TEXT NOT NULL,
    contact TEXT NOT NULL,
    q REAL NOT NULL,
    expires_at INTEGER NOT NULL,
    call_id TEXT NOT NULL,
    cseq INTEGER NOT NULL,
    path TEXT NOT NULL,
    transport TEXT NOT NULL,
    address TEXT NOT NULL,
    port INTEGER NOT NULL,
    instance TEXT,
    reg_id INTEGER,
    user_agent TEXT,
    origin TEXT NOT NULL,
    registered_at INTEGER NOT NULL,
    PRIMARY KEY (aor, flow)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE calls (
    id TEXT PRIMARY KEY,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    record TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX calls_by_start ON calls (started_at);
  CREATE INDEX calls_open ON calls (id) WHERE ended_at IS NULL;

  CREATE TABLE decisions (
    number INTEGER PRIMARY KEY,
    call_id TEXT NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX decisions_by_call ON decisions (call_id);

  CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE INDEX calls_by_call_id ON calls (record->>'callId');

  CREATE TABLE notices (
    number INTEGER PRIMARY KEY,
    target TEXT NOT NULL,
    notice TEXT NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE outages (
    id TEXT PRIMARY KEY,
    detected_at INTEGER NOT NULL,
    is_closed INTEGER NOT NULL,
    saved_at INTEGER NOT NULL,
    report TEXT NOT NULL,
    roll TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX outages_by_time ON outages (detected_at);
  `,
]
