import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import type { PassSheet } from '../survival/rehearsal/pass-sheet.ts'
import { printPassSheet, verdictText } from '../survival/rehearsal/pass-sheet-text.ts'
import { askBox } from './box-api.ts'
import { type Command, UsageError } from './command.ts'
import { readDuration } from './duration.ts'
import { followRehearsal, path } from './followed-rehearsal.ts'

const usualMs = 300_000

/** Waits for the end and prints the pass sheet. Exit code 0 for PASS, else 1. Ctrl-C ends the rehearsal. */
export const survivalRehearseCommand: Command = {
  name: 'rehearse',
  summary:
    'act as if the PBX were gone for some phones, and see what works   [--for 5m] [--pbx NAME] [--group NAME | --user USER …] [--ring] [--return-within 90s] [--json], --list, --show NUMBER',
  async run(argv) {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        for: { type: 'string' },
        pbx: { type: 'string' },
        group: { type: 'string' },
        user: { type: 'string', multiple: true },
        ring: { type: 'boolean' },
        'return-within': { type: 'string' },
        list: { type: 'boolean' },
        show: { type: 'string' },
        json: { type: 'boolean' },
        config: { type: 'string' },
      },
    })
    const { config } = loadConfig(values.config)
    if (values.list) return list(config, values.json)
    if (values.show !== undefined) return show(config, values.show, values.json)
    const { pbx, group, user: users, ring } = values
    if (group !== undefined && users !== undefined) throw new UsageError('either --group or --user')
    const within = values['return-within']
    const body = {
      ...{ pbx, group, users, ring, by: userInfo().username },
      seconds: lengthOf(values.for),
      ...(within !== undefined && { returnWithinSeconds: secondsOf('--return-within', within) }),
    }
    const { id } = (await askBox(config.admin, path, undefined, { method: 'POST', body })) as { id: string }
    const sheet = await followRehearsal(config.admin, id)
    print(sheet, config, values.json)
    return sheet.conclusion === 'pass' ? 0 : 1
  },
}

async function list({ admin }: Config, json: boolean | undefined): Promise<number> {
  const { rehearsals } = (await askBox(admin, path)) as { rehearsals: readonly PassSheet[] }
  if (json) console.log(JSON.stringify(rehearsals))
  else console.log(rehearsals.map(lineOf).join('\n') || 'there was no rehearsal')
  return 0
}

async function show(config: Config, id: string, json: boolean | undefined): Promise<number> {
  const { rehearsal } = (await askBox(config.admin, `${path}/${encodeURIComponent(id)}`)) as {
    rehearsal: PassSheet
  }
  print(rehearsal, config, json)
  return 0
}

function print(sheet: PassSheet, { numbering }: Config, json: boolean | undefined): void {
  console.log(json ? JSON.stringify(sheet) : printPassSheet(sheet, numbering.timeZone))
}

function lineOf(sheet: PassSheet): string {
  const { id, pbx, group, by, startedAt } = sheet
  const whom = group === undefined ? pbx : `${pbx} ${group}`
  return `${id.padEnd(5)}${new Date(startedAt).toISOString()}  ${whom}, by ${by}: ${verdictText(sheet)}`
}

function lengthOf(text: string | undefined): number {
  const seconds = secondsOf('--for', text)
  if (seconds < 3 || seconds > 3_600) throw new UsageError('a rehearsal lasts 3 s to 1 h')
  return seconds
}

function secondsOf(option: string, text: string | undefined): number {
  const ms = text === undefined ? usualMs : readDuration(text)
  if (ms === undefined) throw new UsageError(`${option} takes a time such as 90s, 5m or 1h`)
  return Math.round(ms / 1_000)
}
