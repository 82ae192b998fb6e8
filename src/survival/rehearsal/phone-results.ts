import { type AorText, parseAor } from '../../domain/aor.ts'
import type { CheckResult } from './pass-sheet.ts'
import type { PhoneProgress, RehearsalRun } from './rehearsal-run.ts'

type Away = Extract<RehearsalRun, { name: 'away' }>
type AfterAway = Exclude<RehearsalRun, Away>
type Over = Extract<RehearsalRun, { name: 'over' }>

/** Where the phones have been seen so far; who is missing is said when there is no more time. */
export function phoneResults(run: RehearsalRun): readonly CheckResult[] {
  switch (run.name) {
    case 'away':
      return run.phones.flatMap((phone) => cameResult(phone, run) ?? [])
    case 'returning':
      return [...registrationResults(run), ...movable(run).flatMap((phone) => homeResult(phone, run) ?? [])]
    case 'over':
      return [...registrationResults(run), ...movable(run).map((phone) => returnOf(phone, run))]
  }
}

function movable({ phones }: RehearsalRun): readonly PhoneProgress[] {
  return phones.filter((phone) => phone.phones > 0)
}

function registrationResults(run: AfterAway): readonly CheckResult[] {
  const results = run.phones.map((phone) => registrationOf(phone, run))
  if (run.end.isEarly || results.some(({ outcome }) => outcome !== 'not-applicable')) return results
  return [...results, nobodyCame(run)]
}

function cameResult({ user, phones, cameAt }: PhoneProgress, run: RehearsalRun): CheckResult | undefined {
  if (cameAt === undefined) return undefined
  return {
    ...{ check: 'registration', subject: userOf(user), outcome: 'pass', tookMs: cameAt - run.startedAt },
    text: `registered at the box by its password${phones > 1 ? `, all ${phones} phones` : ''}`,
  }
}

function homeResult({ user, cameAt, homeAt }: PhoneProgress, run: AfterAway): CheckResult | undefined {
  if (homeAt === undefined) return undefined
  return {
    ...{ check: 'return', subject: userOf(user), outcome: 'pass', tookMs: homeAt - run.endedAt },
    text: cameAt === undefined ? 'stayed registered at the PBX' : 'is back at the PBX',
  }
}

function registrationOf(phone: PhoneProgress, run: AfterAway): CheckResult {
  const came = cameResult(phone, run)
  if (came) return came
  const { user, phones, held, dueAt } = phone
  const { startedAt, endedAt, end } = run
  const result = { check: 'registration', subject: userOf(user), tookMs: 0 } as const
  if (phones === 0 && held > 0) {
    return { ...result, outcome: 'pass', text: 'holds a registration at the box beside that at the PBX' }
  }
  if (phones === 0) {
    const text = 'has no phone that is registered through the box'
    return { ...result, outcome: 'not-applicable', text }
  }
  if (dueAt !== undefined && dueAt <= endedAt) {
    return {
      ...result,
      outcome: 'fail',
      tookMs: endedAt - startedAt,
      text: `phone ${result.subject} did not come`,
      advice:
        'Is it on? Does its registration go to the address of the box? Has the box its password (causeway survival readiness)?',
    }
  }
  const minutes = Math.ceil(((dueAt ?? startedAt) - startedAt) / 60_000)
  const text = end.isEarly
    ? 'the rehearsal ended before it came'
    : `need not register for another ${minutes} min`
  return { ...result, outcome: 'not-applicable', text }
}

/** A rehearsal in which no phone did anything proves nothing. */
function nobodyCame({ phones, startedAt }: AfterAway): CheckResult {
  const due = phones.flatMap(({ dueAt }) => dueAt ?? [])
  const minutes = Math.max(1, Math.ceil((Math.min(...due) - startedAt) / 60_000))
  const advice =
    due.length > 0
      ? `Rehearse for ${minutes + 1} min at least, or let the phones register more often (every 5 min).`
      : 'Choose users whose phones are registered at the PBX through the box.'
  return {
    check: 'registration',
    subject: 'all',
    outcome: 'fail',
    tookMs: 0,
    text: 'no phone registered at the box: nothing is proved',
    advice,
  }
}

function returnOf(phone: PhoneProgress, run: Over): CheckResult {
  const home = homeResult(phone, run)
  if (home) return home
  const result = { check: 'return', subject: userOf(phone.user) } as const
  const tookMs = run.at - run.endedAt
  if (!run.isReturnJudged) {
    return { ...result, outcome: 'not-applicable', tookMs: 0, text: 'the rehearsal was broken off' }
  }
  const text = `phone ${result.subject} did not come back`
  const advice =
    'Is it on? Does the PBX still take its password? The PBX cannot reach it before it has registered again.'
  return { ...result, outcome: 'fail', tookMs, text, advice }
}

function userOf(user: AorText): string {
  return parseAor(user)?.user ?? user
}
