#!/usr/bin/env node
import { checkConfigCommand } from './cli/check-config.ts'
import { type Command, UsageError } from './cli/command.ts'
import { engineCommand } from './cli/engine.ts'
import { overlayCommand } from './cli/overlay.ts'
import { printReferenceCommand } from './cli/print-reference.ts'
import { routeCommand } from './cli/route.ts'
import { startCommand } from './cli/start.ts'

// Process only: which command, and the exit code. Each command loads what it needs itself, so that `route` or
// `check-config` do not pay for the overlay.
const commands: readonly Command[] = [
  startCommand,
  checkConfigCommand,
  overlayCommand,
  routeCommand,
  engineCommand,
  printReferenceCommand,
]

function usage(): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return [
    'causeway: bridges peer-to-peer SIP overlays, SIP domains and the telephone network, beside your IP-PBX',
    '',
    ...commands.map(({ name, summary }) => `  causeway ${name.padEnd(width)}  ${summary}`),
  ].join('\n')
}

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    console.log(usage())
    return 0
  }
  const command = commands.find((candidate) => candidate.name === name)
  if (!command) {
    console.error(`there is no command "${name}"\n\n${usage()}`)
    return 2
  }
  try {
    return await command.run(rest)
  } catch (error) {
    if (error instanceof UsageError || isParseArgsError(error)) {
      console.error((error as Error).message)
      return 2
    }
    throw error
  }
}

function isParseArgsError(error: unknown): boolean {
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS_')
}

process.exitCode = await main(process.argv.slice(2))
