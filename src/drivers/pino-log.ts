import { type Logger, pino } from 'pino'
import type { Log, LogFields } from '../lib/log.ts'

/** One JSON object a line on standard output: `{"level":"info","time":…,"msg":"call answered",…}`. */
export function createLog(level: string): Log {
  return new PinoLog(
    pino({
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: ['password', '*.password', 'token', '*.token', 'secret', '*.secret'], censor: '…' },
    }),
  )
}

class PinoLog implements Log {
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  debug(fields: LogFields, sentence: string): void {
    this.#logger.debug(withError(fields), sentence)
  }
  info(fields: LogFields, sentence: string): void {
    this.#logger.info(withError(fields), sentence)
  }
  warn(fields: LogFields, sentence: string): void {
    this.#logger.warn(withError(fields), sentence)
  }
  error(fields: LogFields, sentence: string): void {
    this.#logger.error(withError(fields), sentence)
  }
  child(fields: LogFields): Log {
    return new PinoLog(this.#logger.child({ ...fields }))
  }
}

// Pino prints an Error only under the key `err`; our fields call it `error`.
function withError(fields: LogFields): object {
  const { error } = fields
  if (!(error instanceof Error)) return fields
  const { error: _, ...rest } = fields
  return { ...rest, err: error }
}
