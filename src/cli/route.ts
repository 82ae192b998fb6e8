import { parseArgs } from 'node:util'
import { loadConfig } from '../config/load.ts'
import type { DecisionStep } from '../domain/decision-record.ts'
import type { RoutePlan, RouteTarget } from '../domain/route.ts'
import { rateText } from '../routing/line.ts'
import { askBox, BoxUnavailable } from './box-api.ts'
import { type Command, UsageError } from './command.ts'
import { readMoment } from './moment.ts'

/** What the running box answers to `/api/route`. */
export interface ExplainedRoute {
  readonly plan: RoutePlan
  readonly steps: readonly DecisionStep[]
}

/** Exit code 3 when the call would be refused, 1 when no box answers. */
export const routeCommand: Command = {
  name: 'route',
  summary:
    'what would happen if FROM called TO; places no call   FROM TO [--at TIME] [--config FILE] [--json]',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        from: { type: 'string' },
        to: { type: 'string' },
        at: { type: 'string' },
        config: { type: 'string' },
        json: { type: 'boolean' },
      },
    })
    const from = values.from ?? positionals.shift()
    const to = values.to ?? positionals.shift()
    if (from === undefined || to === undefined) {
      throw new UsageError(
        'causeway route FROM TO, such as: causeway route 201 "030 1234567" --at "Sunday 03:00"\n' +
          'FROM is a user, trunk:NAME, pbx:NAME, peer:NAME or any address; TO is digits, user@domain or a URI',
      )
    }
    const { config } = loadConfig(values.config)
    const query = new URLSearchParams({ from, to })
    if (values.at !== undefined) query.set('at', String(momentOf(values.at, config.numbering.timeZone)))
    try {
      const route = (await askBox(config.admin, `/api/route?${query}`)) as ExplainedRoute
      console.log(values.json ? JSON.stringify(route) : describeRoute(from, to, route))
      return route.plan.kind === 'targets' ? 0 : 3
    } catch (error) {
      if (!(error instanceof BoxUnavailable)) throw error
      console.error(error.message)
      return 1
    }
  },
}

function momentOf(text: string, timeZone: string | undefined): number {
  const at = readMoment(text, Date.now(), timeZone)
  if (at === undefined) throw new UsageError('--at takes "Sunday 03:00", "03:00" or "2026-11-22T03:00Z"')
  return at
}

/** The steps as a table, then the verdict in a sentence or two. */
export function describeRoute(from: string, to: string, { plan, steps }: ExplainedRoute): string {
  const rows = steps.map(({ step, asked, answer, why, tookMs }) => {
    return [step, asked, answer, `${Math.round(tookMs)} ms`, why]
  })
  return [
    `${from} calls ${to}`,
    '',
    ...table([['step', 'asked', 'answer', 'took', 'why'], ...rows]),
    '',
    verdict(plan),
  ].join('\n')
}

function verdict(plan: RoutePlan): string {
  if (plan.kind === 'refuse') return `refused with ${plan.status} ${plan.reason}: ${plan.why}`
  const groups = Map.groupBy(plan.targets, ({ group }) => group)
  const lines = [...groups.values()].map((targets, index) => {
    return `${index + 1}. ${targets.map(describeTarget).join(', together with ')}`
  })
  return ['would try in this order:', ...lines].join('\n')
}

function describeTarget({ path, label, rate, ringSeconds, callerMustBeAuthenticated }: RouteTarget): string {
  const facts = [
    ...(rate ? [rateText(rate)] : []),
    ...(ringSeconds === undefined ? [] : [`for ${ringSeconds} s`]),
  ].map((fact) => `, ${fact}`)
  const condition = callerMustBeAuthenticated ? ' (for callers the box has authenticated)' : ''
  return `${path} ${label}${facts.join('')}${condition}`
}

function table(rows: readonly (readonly string[])[]): string[] {
  const columns = rows[0]?.length ?? 0
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows.map((row) =>
    row.map((cell, column) => (column === columns - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  '),
  )
}
