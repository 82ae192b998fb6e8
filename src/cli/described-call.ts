import type { CallRecord } from '../domain/call-record.ts'
import { nameOfCause } from '../domain/q850.ts'
import type { ShownCall } from './calls-show.ts'

/** A call as a person reads it: who, when, what became of it, what was tried, and why. */
export function describeCall({ record, decision }: ShownCall): string {
  const { id, callId, from, to, attempts, verdicts = [] } = record
  const lines: (readonly [string, string | undefined])[] = [
    ['call', `${id} (Call-ID ${callId})`],
    ['from', `${from}, by ${[record.source, record.sourceLabel].filter(Boolean).join(' ')}`],
    ['to', to],
    ['began', printTime(record.startedAt)],
    ['answered', printTime(record.answeredAt)],
    ['ended', printTime(record.endedAt)],
    ['outcome', outcomeOf(record)],
    ['paid by', record.payer],
    ['cost', record.cost === undefined ? undefined : (record.cost / 1_000).toFixed(3)],
    ['for help', record.emergency],
    ['out of', record.transferredFrom],
    ['rescued', record.rescuedFrom?.join(' and ')],
    ...attempts.map(({ path, target, status, reason = '', tookMs }): readonly [string, string] => [
      'tried',
      `${path} ${target}: ${status} ${reason} in ${Math.round(tookMs)} ms`,
    ]),
    ...verdicts.map((verdict): readonly [string, string] => ['rules', verdict]),
    ...(decision?.steps ?? []).map(({ step, asked, answer, why }): readonly [string, string] => [
      'why',
      `${step}: ${asked}: ${answer}: ${why}`,
    ]),
  ]
  return lines
    .filter(([, text]) => text !== undefined)
    .map(([name, text]) => `${name.padEnd(9)} ${text}`)
    .join('\n')
}

function outcomeOf({ status, q850, cause, endedBy }: CallRecord): string {
  const causes = q850 === undefined ? '' : `, cause ${q850} (${nameOfCause(q850)})`
  return `${status}${causes}, ${cause}${endedBy ? `, ended by the ${endedBy}` : ''}`
}

function printTime(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString()
}
