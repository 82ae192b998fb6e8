import { type Command, UsageError } from './command.ts'
import { checkNumbersCommand } from './numbers-check.ts'
import { explainNumberCommand } from './numbers-explain.ts'

const commands: readonly Command[] = [explainNumberCommand, checkNumbersCommand]

/** `causeway numbers …`: what digits mean, and whether the plan of numbers works. */
export const numbersCommand: Command = {
  name: 'numbers',
  summary: 'what digits mean here and on each trunk; whether the number plan works   explain DIGITS | check',
  async run([name, ...rest]) {
    const command = commands.find((each) => each.name === name)
    if (!command) {
      const lines = commands.map((each) => `  causeway numbers ${each.name.padEnd(7)}  ${each.summary}`)
      throw new UsageError(`causeway numbers COMMAND\n\n${lines.join('\n')}`)
    }
    return command.run(rest)
  },
}
