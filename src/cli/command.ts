/** One command of `causeway`. */
export interface Command {
  readonly name: string
  readonly summary: string
  /** `argv` without the command's own name. Resolves to the exit code; throws `UsageError` for a wrong call. */
  run(argv: readonly string[]): Promise<number>
}

/** The command was called wrongly; the message says how to call it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
