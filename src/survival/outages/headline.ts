import { durationText } from './duration-text.ts'
import { momentText } from './moment-text.ts'
import type { OutageReport } from './outage-report.ts'
import { counted, totalOf } from './tally-text.ts'

/** An outage in one line, with its id in front. */
export function headlineOf(report: OutageReport): string {
  const { id, pbx, cause, detectedAt, endedAt, served, failed, phones } = report
  const what = cause === 'rehearsal' ? `rehearsal of ${pbx}` : `${pbx}: ${cause}`
  const lasted = endedAt === undefined ? 'lasts' : durationText(endedAt - detectedAt)
  const calls = `${counted(totalOf(served), 'call')} served, ${totalOf(failed)} failed`
  const away = phones.away > 0 && endedAt !== undefined ? `, ${counted(phones.away, 'phone')} not back` : ''
  return `${id}  ${momentText(detectedAt)}  ${what}, ${lasted}, ${calls}${away}`
}
