import type { PbxView } from '../survival/health/pbx-view.ts'

/** How a PBX is, for a person at a terminal. `at`: milliseconds since the Unix epoch. */
export function describePbx(pbx: PbxView, at: number): string {
  const { name, domain, state, since, why, outage, lock, latencyMs } = pbx
  const lines: (readonly [string, string | undefined])[] = [
    ['state', `${state} for ${lasting(at - since)}: ${why}`],
    ['meaning', meanings[state]],
    ['cause', outage && causes[outage.cause]],
    ['failed', outage && `${time(outage.startedAt)}, the box stood in from ${time(outage.detectedAt)} on`],
    ['back', outage && wayBack(outage, lock, at)],
    ['lock', lock && `to ${lock.to} by ${lock.by}, until ${time(lock.until)}`],
    ['answers', latencyMs === undefined ? undefined : `in ${Math.round(latencyMs)} ms of late`],
  ]
  const shown = lines.filter(([, text]) => text !== undefined)
  return [`${name} (${domain})`, ...shown.map(([title, text]) => `  ${title.padEnd(7)}  ${text}`)].join('\n')
}

const meanings: Readonly<Record<PbxView['state'], string>> = {
  normal: 'calls and registrations go to it',
  suspect: 'calls and registrations go to it, and it is asked twice a second',
  survival: 'the box stands in for it',
  returning: 'the box stands in for it; it answers again, but not for long enough yet',
}

const causes: Readonly<Record<NonNullable<PbxView['outage']>['cause'], string>> = {
  refused: 'nothing takes calls at its address',
  silent: 'it does not answer',
  overloaded: 'it is overloaded',
  network: 'the way to it is broken',
  dns: 'its name leads to no address',
  switched: 'a person said so',
  rehearsal: 'a rehearsal',
}

function wayBack(
  { endsAt, holdMs }: NonNullable<PbxView['outage']>,
  lock: PbxView['lock'],
  at: number,
): string {
  if (lock?.to === 'survival') return `when it is unlocked, or at ${time(lock.until)}`
  return endsAt === undefined
    ? `when it has answered for ${lasting(holdMs)} without a break`
    : `in ${lasting(endsAt - at)} if it goes on answering`
}

function lasting(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 120) return `${seconds} s`
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`
}

function time(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
