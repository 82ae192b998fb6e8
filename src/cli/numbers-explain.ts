import { parseArgs } from 'node:util'
import { loadConfig } from '../config/load.ts'
import type { NumberHeader } from '../config/sections/trunk-numbers.ts'
import { printAor } from '../domain/aor.ts'
import type { Dialled } from '../domain/phone-number.ts'
import { explainNumber, type NumberExplanation } from '../numbering/number-explanation.ts'
import { type Command, UsageError } from './command.ts'

/** Exit code 3 when the digits mean nothing here. Reads the config, asks no running box. */
export const explainNumberCommand: Command = {
  name: 'explain',
  summary:
    'what digits mean when they are dialled, and each form on each trunk   DIGITS [--config FILE] [--json]',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { config: { type: 'string' }, json: { type: 'boolean' } },
    })
    if (positionals.length === 0) {
      throw new UsageError('causeway numbers explain DIGITS, such as: causeway numbers explain "030 1234567"')
    }
    const digits = positionals.join(' ')
    const explanation = explainNumber(digits, loadConfig(values.config).config)
    console.log(values.json ? JSON.stringify(explanation) : describeNumber(digits, explanation))
    return ['unknown', 'refused'].includes(explanation.dialled.kind) ? 3 : 0
  },
}

/** In sentences and a line for each trunk. */
export function describeNumber(digits: string, { dialled, number, trunks }: NumberExplanation): string {
  const lines = [`${digits}: ${meaning(dialled)}`]
  if (number) {
    lines.push(`  people here write ${number.display}; the call is ${number.callClass}`)
    if (number.did !== undefined) lines.push(`  a direct number of ${number.did}: the call stays inside`)
    if (number.doubt !== undefined) lines.push(`  nobody may answer: ${number.doubt}`)
  }
  const asCaller = dialled.kind === 'e164'
  for (const { name, written, read } of trunks) {
    lines.push(`trunk ${name}: ${written ? headersText(written, asCaller) : 'never leaves by it'}`)
    if (read !== undefined) lines.push(`  coming in from there it is ${read}`)
  }
  return lines.join('\n')
}

function headersText(written: Readonly<Record<NumberHeader, string>>, asCaller: boolean): string {
  const called = `called ${written.requestUri}, To ${written.to}`
  if (!asCaller) return called
  const { from, identity, diversion } = written
  return `${called}; as caller From ${from}, identity ${identity}, Diversion ${diversion}`
}

function meaning(dialled: Dialled): string {
  switch (dialled.kind) {
    case 'emergency':
      return `${dialled.isTest ? 'a test of the emergency call' : 'emergency number'} ${dialled.number}`
    case 'extension':
      return `extension ${dialled.digits}`
    case 'e164':
      return dialled.number
    case 'user':
      return `${printAor(dialled.user)} (${dialled.why})`
    case 'refused':
      return `refused: ${dialled.why}`
    case 'unknown':
      return `nothing here: ${dialled.why}`
  }
}
