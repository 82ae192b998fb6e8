#!/usr/bin/env -S node --max-semi-space-size=8 --max-old-space-size=1024
import { type Command, UsageError } from './cli/command.ts'

// Process only: which command, and the exit code. A command is loaded when it is named, so that `route` does not wait
// for the overlay's libraries.
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./cli/start.ts')).startCommand,
  'check-config': async () => (await import('./cli/check-config.ts')).checkConfigCommand,
  overlay: async () => (await import('./cli/overlay.ts')).overlayCommand,
  calls: async () => (await import('./cli/calls.ts')).callsCommand,
  survival: async () => (await import('./cli/survival.ts')).survivalCommand,
  route: async () => (await import('./cli/route.ts')).routeCommand,
  numbers: async () => (await import('./cli/numbers.ts')).numbersCommand,
  health: async () => (await import('./cli/health.ts')).healthCommand,
  admin: async () => (await import('./cli/admin.ts')).adminCommand,
  engine: async () => (await import('./cli/engine.ts')).engineCommand,
  'print-reference': async () => (await import('./cli/print-reference.ts')).printReferenceCommand,
}

async function usage(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()))
  const width = Math.max(...all.map(({ name }) => name.length))
  return [
    'causeway: bridges peer-to-peer SIP overlays, SIP domains and the telephone network, beside your IP-PBX',
    '',
    ...all.map(({ name, summary }) => `  causeway ${name.padEnd(width)}  ${summary}`),
  ].join('\n')
}

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    console.log(await usage())
    return 0
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!load) {
    console.error(`there is no command "${name}"\n\n${await usage()}`)
    return 2
  }
  try {
    return await (await load()).run(rest)
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
