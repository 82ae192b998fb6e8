/** What was handed over to be imported cannot be; nothing of it was taken. */
export class ImportInvalid extends Error {
  override readonly name = 'ImportInvalid'
  /** A sentence each, with the line where there is one. */
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}
