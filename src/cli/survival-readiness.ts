import { parseArgs } from 'node:util'
import { loadConfig } from '../config/load.ts'
import {
  type ExtensionReadiness,
  type Grade,
  type Readiness,
  withoutService,
} from '../survival/knowledge/readiness.ts'
import { askBox } from './box-api.ts'
import type { Command } from './command.ts'

const marks: Readonly<Record<Grade, string>> = { works: 'works ', partly: 'partly', fails: 'FAILS ' }

/** Exit code 1 when an extension would be without service, or a number or group would lead nowhere. */
export const survivalReadinessCommand: Command = {
  name: 'readiness',
  summary: 'what would work for each extension if its PBX died now, and why not   [--pbx NAME] [--json]',
  async run(argv) {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        config: { type: 'string' },
        pbx: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const { config } = loadConfig(values.config)
    const answer = await askBox(config.admin, '/api/survival/readiness')
    const { readiness } = answer as { readonly readiness: readonly Readiness[] }
    const chosen = readiness.filter(({ pbx }) => values.pbx === undefined || pbx === values.pbx)
    console.log(
      values.json ? JSON.stringify(chosen, undefined, 2) : chosen.map(describeReadiness).join('\n\n'),
    )
    return chosen.every((each) => withoutService(each).length + each.faults.length === 0) ? 0 : 1
  },
}

/** A line for each extension, and lines for what would not work. */
export function describeReadiness(readiness: Readiness): string {
  const { pbx, extensions, faults, remarks } = readiness
  const count = withoutService(readiness).length
  return [
    `PBX ${pbx}: ${extensions.length} extensions, ${count} of them without service if it died now`,
    ...extensions.flatMap(describeExtension),
    ...faults.map((fault) => `fault: ${fault}`),
    ...remarks.map((remark) => `not taken over: ${remark}`),
  ].join('\n')
}

function describeExtension({ aor, displayName, grade, checks }: ExtensionReadiness): string[] {
  const name = displayName === undefined ? aor : `${aor} (${displayName})`
  const doubts = checks.filter((check) => check.grade !== 'works' || check.what === 'registers')
  return [`${marks[grade]} ${name}`, ...doubts.map(({ what, text }) => `         ${what}: ${text}`)]
}
