import type { Outage } from '../../domain/outage.ts'
import type { CallOutcome } from './call-outcome.ts'
import type { FailedCall, OutagePhones, OutageReport, Tally } from './outage-report.ts'

/** What the box sees while it stands in, and until the phones are home. Times in milliseconds since the Unix epoch. */
export type OutageEvent =
  /** A call rings for the first time, or is answered without; so long after its INVITE. */
  | { readonly type: 'set-up'; readonly afterMs: number }
  /** So many calls are talking now. */
  | { readonly type: 'talking'; readonly calls: number }
  /** A call that was up at the verdict was hung up (1), or goes on after all (-1). */
  | { readonly type: 'cut'; readonly change: 1 | -1 }
  /** A call was answered, or is over without an answer. */
  | { readonly type: 'call'; readonly at: number; readonly outcome: CallOutcome; readonly call: FailedCall }
  | { readonly type: 'registration'; readonly outcome: RegistrationOutcome }
  | { readonly type: 'phones'; readonly at: number; readonly phones: OutagePhones }
  | { readonly type: 'faults'; readonly faults: readonly string[] }
  | { readonly type: 'note'; readonly text: string }
  /** The PBX is in charge again. */
  | { readonly type: 'returned'; readonly at: number }
  /** Nothing more is waited for. */
  | { readonly type: 'closed' }

export type RegistrationOutcome = 'accepted' | 'refused' | 'onGrace'

export const mostFailedCalls = 50
const mostFaults = 10
const mostNotes = 10
const mostCauses = 30
const otherCauses = 'other causes'

export interface OutageBegin {
  readonly outage: Omit<Outage, 'endedAt'>
  readonly faults: readonly string[]
  readonly failedBefore: number
  readonly upAtVerdict: number
}

export function newReport({ outage, faults, failedBefore, upAtVerdict }: OutageBegin): OutageReport {
  return {
    ...outage,
    endedAt: undefined,
    stage: 'standing-in',
    faults: faults.slice(0, mostFaults),
    firstServedAt: undefined,
    served: {},
    unanswered: {},
    failed: {},
    failedCalls: [],
    failedBefore,
    upAtVerdict,
    cut: 0,
    peakCalls: upAtVerdict,
    longestSetUpMs: undefined,
    registrations: { accepted: 0, refused: 0, onGrace: 0 },
    phones: { known: 0, moved: 0, home: 0, away: 0, awayList: [] },
    allHomeAt: undefined,
    notes: [],
  }
}

/** The report after the event. Calls and registrations count until the PBX is in charge again, phones until the end. */
export function nextReport(report: OutageReport, event: OutageEvent): OutageReport {
  if (report.stage === 'closed') return report
  const isStandingIn = report.stage === 'standing-in'
  switch (event.type) {
    case 'set-up':
      if (!isStandingIn) return report
      return { ...report, longestSetUpMs: Math.max(report.longestSetUpMs ?? 0, event.afterMs) }
    case 'talking':
      if (!isStandingIn || event.calls <= report.peakCalls) return report
      return { ...report, peakCalls: event.calls }
    case 'cut':
      return isStandingIn ? { ...report, cut: report.cut + event.change } : report
    case 'call':
      return isStandingIn ? withCall(report, event) : report
    case 'registration': {
      if (!isStandingIn) return report
      const { [event.outcome]: before } = report.registrations
      return { ...report, registrations: { ...report.registrations, [event.outcome]: before + 1 } }
    }
    case 'phones':
      return withPhones(report, event)
    case 'faults':
      return { ...report, faults: [...new Set([...report.faults, ...event.faults])].slice(0, mostFaults) }
    case 'note':
      return { ...report, notes: [...report.notes, event.text].slice(-mostNotes) }
    case 'returned':
      return isStandingIn ? { ...report, stage: 'coming-home', endedAt: event.at } : report
    case 'closed':
      return { ...report, stage: 'closed' }
  }
}

function withCall(
  report: OutageReport,
  { at, outcome, call }: Extract<OutageEvent, { type: 'call' }>,
): OutageReport {
  switch (outcome.kind) {
    case 'served': {
      const served = { ...report.served, [outcome.as]: (report.served[outcome.as] ?? 0) + 1 }
      return { ...report, served, firstServedAt: report.firstServedAt ?? at }
    }
    case 'unanswered':
      return { ...report, unanswered: oneMore(report.unanswered, outcome.how) }
    case 'failed': {
      const failedCalls =
        report.failedCalls.length < mostFailedCalls ? [...report.failedCalls, call] : report.failedCalls
      return { ...report, failed: oneMore(report.failed, outcome.cause), failedCalls }
    }
  }
}

function oneMore(tally: Tally, name: string): Tally {
  const isRoom = name in tally || Object.keys(tally).length < mostCauses
  const key = isRoom ? name : otherCauses
  return { ...tally, [key]: (tally[key] ?? 0) + 1 }
}

function withPhones(
  report: OutageReport,
  { at, phones }: Extract<OutageEvent, { type: 'phones' }>,
): OutageReport {
  const areHome = report.stage === 'coming-home' && phones.away === 0
  return { ...report, phones, allHomeAt: areHome ? (report.allHomeAt ?? at) : undefined }
}
