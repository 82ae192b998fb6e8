/** One thing wrong in a config file. */
export interface ConfigProblem {
  /** Path of the key as an operator writes it: `trunks[0].maxCalls`; empty for the whole file. */
  readonly key: string
  readonly line: number | undefined
  readonly problem: string
  readonly hint: string | undefined
}

/** The config cannot be used; the message lists every problem with its place and what to do. */
export class ConfigInvalid extends Error {
  readonly file: string
  readonly problems: readonly ConfigProblem[]

  constructor(file: string, problems: readonly ConfigProblem[]) {
    super(problems.map((problem) => printProblem(file, problem)).join('\n'))
    this.name = 'ConfigInvalid'
    this.file = file
    this.problems = problems
  }
}

function printProblem(file: string, { key, line, problem, hint }: ConfigProblem): string {
  const place = line === undefined ? file : `${file}:${line}`
  const subject = key === '' ? '' : ` ${key}:`
  return `${place}:${subject} ${problem}${hint ? `. ${hint}` : ''}`
}
