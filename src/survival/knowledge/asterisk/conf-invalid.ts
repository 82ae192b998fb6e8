import { ImportInvalid } from '../import-invalid.ts'

/** An Asterisk config file is not what Asterisk would read. */
export class ConfInvalid extends ImportInvalid {
  constructor(file: string, line: number, problem: string) {
    super([line > 0 ? `${file}, line ${line}: ${problem}` : `${file}: ${problem}`])
  }
}
