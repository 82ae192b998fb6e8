export type LogFields = Readonly<Record<string, unknown>>

/** A short fixed sentence plus fields: `log.info({ callId, trunk }, 'call answered')`. Never credentials. */
export interface Log {
  debug(fields: LogFields, sentence: string): void
  info(fields: LogFields, sentence: string): void
  warn(fields: LogFields, sentence: string): void
  error(fields: LogFields, sentence: string): void
  child(fields: LogFields): Log
}

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
}
