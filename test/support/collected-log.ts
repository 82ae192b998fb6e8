import type { Log, LogFields } from '../../src/lib/log.ts'

interface Line {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly fields: LogFields
  readonly sentence: string
}

/** Keeps what is logged, for a test to read. */
export class CollectedLog implements Log {
  readonly lines: Line[]
  readonly #fields: LogFields

  constructor(lines: Line[] = [], fields: LogFields = {}) {
    this.lines = lines
    this.#fields = fields
  }

  debug = (fields: LogFields, sentence: string): void => this.#keep('debug', fields, sentence)
  info = (fields: LogFields, sentence: string): void => this.#keep('info', fields, sentence)
  warn = (fields: LogFields, sentence: string): void => this.#keep('warn', fields, sentence)
  error = (fields: LogFields, sentence: string): void => this.#keep('error', fields, sentence)

  child(fields: LogFields): CollectedLog {
    return new CollectedLog(this.lines, { ...this.#fields, ...fields })
  }

  /** The reasons given in lines of that sentence, oldest first. */
  reasons(sentence: string): string[] {
    return this.lines.filter((line) => line.sentence === sentence).map(({ fields }) => String(fields.reason))
  }

  #keep(level: Line['level'], fields: LogFields, sentence: string): void {
    this.lines.push({ level, fields: { ...this.#fields, ...fields }, sentence })
  }
}
