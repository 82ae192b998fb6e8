import type { OutageCause } from '../../domain/outage.ts'
import { durationText } from './duration-text.ts'
import { momentText } from './moment-text.ts'
import type { FailedCall, OutageReport, SeenPhone, ServedKind } from './outage-report.ts'
import { counted, tallyText, totalOf } from './tally-text.ts'

const causes: Readonly<Record<OutageCause, string>> = {
  refused: 'nothing listens there: its network refused',
  silent: 'it did not answer',
  overloaded: 'it is overloaded: it answered 503, or too late',
  network: 'the network between the box and it is broken',
  dns: 'its name could not be resolved',
  switched: 'a person switched',
  rehearsal: 'none: the box rehearsed its absence',
}

const kinds: Readonly<Record<ServedKind, string>> = {
  extension: 'between phones',
  group: 'to groups',
  'from outside': 'from outside',
  outside: 'to outside',
  emergency: 'for help',
  'other site': 'with other sites',
  pbx: 'through a PBX',
  other: 'with public domains',
  rescued: 'rescued',
}

/** The report as text of about 110 columns, for a terminal, a mail and the page. */
export function printReport(report: OutageReport): string {
  const { pbx, domain, cause } = report
  const rows = [...times(report), ...calls(report), ...phones(report)]
  const width = Math.max(...rows.map(([name]) => name.length))
  return [
    `${cause === 'rehearsal' ? 'Rehearsal' : 'Outage'} of the PBX ${pbx} (${domain}), report ${report.id}`,
    ...rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`),
    ...list('calls that failed', report.failedCalls.map(failedCall), totalOf(report.failed)),
    ...(report.endedAt === undefined
      ? []
      : list(awayTitle(report), report.phones.awayList.map(seenPhone), report.phones.away)),
    ...report.notes.map((note) => `  note: ${note}`),
  ].join('\n')
}

type Row = readonly [name: string, text: string]

function times({ startedAt, detectedAt, endedAt, cause, why, faults }: OutageReport): Row[] {
  return [
    ['first failure', momentText(startedAt)],
    ['detected', `${momentText(detectedAt)}, after ${durationText(detectedAt - startedAt)}: ${why}`],
    [
      'back',
      endedAt === undefined
        ? 'not yet: the box stands in'
        : `${momentText(endedAt)}, after ${durationText(endedAt - detectedAt)}`,
    ],
    ['cause', causes[cause]],
    ...faults.map((fault): Row => ['found', fault]),
  ]
}

function calls(report: OutageReport): Row[] {
  const { served, unanswered, failed, failedBefore, firstServedAt, detectedAt, longestSetUpMs } = report
  const first =
    firstServedAt === undefined ? 'none' : `${durationText(firstServedAt - detectedAt)} after the verdict`
  const longest = longestSetUpMs === undefined ? 'none rang' : durationText(longestSetUpMs)
  return [
    ['calls served', tallyText(served, kinds)],
    ['first of them', first],
    ['longest silence', `${longest}, from dialling until it rang`],
    ['at one time', `${counted(report.peakCalls, 'call')} at most`],
    ['up at the verdict', `${counted(report.upAtVerdict, 'call')}, ${report.cut} of them cut off`],
    ['not answered', tallyText(unanswered)],
    ['failed', tallyText(failed)],
    ['before the verdict', `${counted(failedBefore, 'call')} failed at the PBX`],
  ]
}

function phones({ phones: { known, moved, home, away }, registrations, ...report }: OutageReport): Row[] {
  const { accepted, refused, onGrace } = registrations
  const now = report.endedAt === undefined ? 'have not moved' : 'are back'
  return [
    ['registrations', `${accepted} accepted, ${onGrace} on grace, ${refused} refused`],
    ['phones', `${known} were at the PBX, ${moved} came to the box, ${home} ${now}`],
    ...(report.endedAt === undefined ? [] : [['all home', whenHome(report, away)] as const]),
  ]
}

function awayTitle({ stage }: OutageReport): string {
  return stage === 'closed' ? 'phones that did not come back' : 'phones that are not back yet'
}

function whenHome(
  { stage, endedAt, allHomeAt }: Pick<OutageReport, 'stage' | 'endedAt' | 'allHomeAt'>,
  away: number,
): string {
  if (allHomeAt !== undefined)
    return `${durationText(allHomeAt - (endedAt ?? allHomeAt))} after the PBX was back`
  return stage === 'closed' ? `no: ${away} did not come back` : `not yet: ${away} are away`
}

function failedCall({ at, from, to, status, cause, callId }: FailedCall): string {
  return `${momentText(at)}  ${from} to ${to}: ${status} ${cause}, Call-ID ${callId}`
}

function seenPhone({ aor, userAgent, source, lastSeen }: SeenPhone): string {
  return `${aor}  ${userAgent ?? 'unknown phone'} at ${source}, last seen ${momentText(lastSeen)}`
}

function list(title: string, lines: readonly string[], total: number): string[] {
  if (lines.length === 0) return []
  const more = total - lines.length
  return [`  ${title}`, ...lines.map((line) => `    ${line}`), ...(more > 0 ? [`    and ${more} more`] : [])]
}
