import { parseAor } from '../../domain/aor.ts'
import { type CheckResult, type Conclusion, inSheetOrder, type PassSheet } from './pass-sheet.ts'

const marks: Readonly<Record<CheckResult['outcome'], string>> = {
  pass: 'ok',
  fail: 'FAIL',
  'not-applicable': '-',
}
const lineIndent = ' '.repeat(6)

/** The sheet as it is printed and filed; times by the clock on the wall in that zone (IANA; undefined: the machine's). */
export function printPassSheet(sheet: PassSheet, timeZone?: string): string {
  const { id, pbx, domain, group, by, leftOut, startedAt, until, end, phase } = sheet
  const time = timePrinter(timeZone)
  const facts: readonly (readonly [string, string])[] = [
    ['PBX', `${pbx} (${domain})${group === undefined ? '' : `, group ${group}`}`],
    ['ordered by', by],
    ['began', time(startedAt)],
    phase === 'over' ? ['over', time(until)] : ['is', `${phase}, until ${time(until)} at the latest`],
    ...(end ? [['ended', end.why] as const] : []),
    ['users', usersText(sheet)],
    ...leftOut.map(({ user, why }) => ['left out', `${user}: ${why}`] as const),
  ]
  return [
    `PASS SHEET of rehearsal ${id}`,
    '',
    ...facts.map(([name, text]) => `${name.padEnd(12)}${text}`),
    '',
    ...resultLines(inSheetOrder(sheet.results)),
    '',
    verdictText(sheet),
  ].join('\n')
}

/** One result as a line, and its advice as another. */
export function printResult(result: CheckResult, widths: readonly [number, number] = [13, 0]): string[] {
  const { check, subject, outcome, tookMs, text, advice } = result
  const took = tookMs > 0 ? ` (${durationText(tookMs)})` : ''
  const line = `${marks[outcome].padEnd(lineIndent.length)}${check.padEnd(widths[0])}  ${subject.padEnd(widths[1])}  ${text}${took}`
  return advice === undefined || outcome === 'pass' ? [line] : [line, `${lineIndent}${advice}`]
}

/** `PASS: 14 checks`, `FAIL: 1 of 14 checks failed: return 203`, `CUT SHORT: …`. */
export function verdictText({ results, conclusion, end }: PassSheet): string {
  const made = results.filter(({ outcome }) => outcome !== 'not-applicable')
  const failed = made.filter(({ outcome }) => outcome === 'fail')
  const names = failed.map(({ check, subject }) => `${check} ${subject}`).join(', ')
  const texts: Readonly<Record<Conclusion, string>> = {
    pass: `PASS: ${made.length} checks`,
    fail: `FAIL: ${failed.length} of ${made.length} checks failed: ${names}`,
    'cut-short': `CUT SHORT, no verdict: ${end?.why ?? ''}`,
  }
  return conclusion === undefined ? 'not over yet' : texts[conclusion]
}

function resultLines(results: readonly CheckResult[]): string[] {
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(({ length }) => length))
  const widths = [
    widest(results.map(({ check }) => check)),
    widest(results.map(({ subject }) => subject)),
  ] as const
  return results.flatMap((result) => printResult(result, widths))
}

function usersText({ users }: PassSheet): string {
  return users.map((user) => parseAor(user)?.user ?? user).join(', ') || 'nobody'
}

function durationText(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}

function timePrinter(timeZone: string | undefined): (at: number) => string {
  // Swedes write dates as ISO 8601 does.
  const formatter = new Intl.DateTimeFormat('sv-SE', {
    dateStyle: 'short',
    timeStyle: 'medium',
    ...(timeZone !== undefined && { timeZone }),
  })
  return (at) => formatter.format(at)
}
