import type { Log, LogFields } from '../../lib/log.ts'
import type { FromWorker, LogLevel } from './worker-messages.ts'

/** Sends log lines to the main thread, which has the log. */
export class PortLog implements Log {
  readonly #post: (message: FromWorker) => void
  readonly #isDebugging: boolean
  readonly #fields: LogFields

  constructor(post: (message: FromWorker) => void, isDebugging: boolean, fields: LogFields = {}) {
    this.#post = post
    this.#isDebugging = isDebugging
    this.#fields = fields
  }

  debug(fields: LogFields, sentence: string): void {
    if (this.#isDebugging) this.#send('debug', fields, sentence)
  }

  info(fields: LogFields, sentence: string): void {
    this.#send('info', fields, sentence)
  }

  warn(fields: LogFields, sentence: string): void {
    this.#send('warn', fields, sentence)
  }

  error(fields: LogFields, sentence: string): void {
    this.#send('error', fields, sentence)
  }

  child(fields: LogFields): Log {
    return new PortLog(this.#post, this.#isDebugging, { ...this.#fields, ...fields })
  }

  #send(level: LogLevel, fields: LogFields, sentence: string): void {
    this.#post({ type: 'log', level, fields: { ...this.#fields, ...plain(fields) }, sentence })
  }
}

/** Errors travel between threads without the properties of their class: what matters is told in plain fields. */
function plain(fields: LogFields): LogFields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plainValue(value)]))
}

function plainValue(value: unknown): unknown {
  if (value instanceof Error) return value
  return typeof value === 'object' && value !== null ? JSON.parse(JSON.stringify(value)) : value
}
