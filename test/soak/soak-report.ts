import type { SippStats } from '../support/sipp-run.ts'
import type { MalformedKind } from './malformed-messages.ts'
import type { MemoryReading } from './memory-log.ts'
import type { MemoryTrend } from './memory-trend.ts'
import type { OpenWork } from './open-work.ts'

export interface SoakReport {
  readonly seconds: number
  readonly callsPerSecond: number
  readonly goodCalls: number
  readonly failedCalls: number
  /** Requests that the box has answered 503 because it, or the machine under it, was too busy. */
  readonly turnedAway: number
  /** Messages that SIPp had to send again. */
  readonly retransmissions: number
  /** What SIPp says of calls that failed. */
  readonly callErrors: string
  readonly malformedSent: Readonly<Record<MalformedKind, number>>
  readonly malformedAnswered: number
  /** By what: `rss`, and `heap of` each thread. */
  readonly memory: Readonly<Record<string, MemoryTrend>>
  readonly memoryBefore: MemoryReading
  /** When nothing was open any more; V8 may not have collected yet. */
  readonly memoryAfter: MemoryReading
  /** When the traffic ended. */
  readonly openAtEnd: OpenWork
  /** What is left after the time of all timers. */
  readonly stuck: OpenWork
  /** As the API tells of them. */
  readonly stuckCalls: readonly object[]
  readonly idleAfterSeconds: number | undefined
  readonly errorsLogged: readonly string[]
  /** Why the soak has failed; empty when it has not. */
  readonly faults: readonly string[]
}

export type Findings = Omit<
  SoakReport,
  'faults' | 'goodCalls' | 'failedCalls' | 'retransmissions' | 'callErrors'
> & {
  readonly calls: SippStats
  /** Calls turned away in overload are no failures: for machines that others keep busy too. */
  readonly forgivesOverload: boolean
}

export function soakReport({ calls, forgivesOverload, ...findings }: Findings): SoakReport {
  const offered = findings.callsPerSecond * findings.seconds
  const failedCalls = Math.max(calls.failed, offered - calls.successful)
  const growing = Object.entries(findings.memory).filter(([, { isFlat }]) => !isFlat)
  const faults = [
    ...(failedCalls > (forgivesOverload ? findings.turnedAway : 0)
      ? [`${failedCalls} good calls failed`]
      : []),
    ...growing.map(([name, trend]) => `memory is not flat: ${name} rose by ${mebibytes(trend.riseBytes)}`),
    ...(findings.idleAfterSeconds === undefined ? [`stuck: ${list(findings.stuck)}`] : []),
    ...(findings.errorsLogged.length > 0 ? [`${findings.errorsLogged.length} errors in the log`] : []),
  ]
  return {
    ...findings,
    goodCalls: calls.successful,
    failedCalls,
    retransmissions: calls.retransmissions,
    callErrors: failedCalls > 0 ? calls.errors : '',
    faults,
  }
}

export function soakText(report: SoakReport): string {
  const memory = Object.entries(report.memory).map(
    ([name, trend]) =>
      `  ${name}: ${mebibytes(trend.afterWarmUp)} after warm-up, ${mebibytes(trend.atEnd)} at the end, ` +
      `rise ${mebibytes(trend.riseBytes)} (allowed ${mebibytes(trend.allowedBytes)}), ` +
      `${mebibytes(report.memoryBefore[name] ?? Number.NaN)} before, ${mebibytes(report.memoryAfter[name] ?? Number.NaN)} when all was over`,
  )
  const idle =
    report.idleAfterSeconds === undefined
      ? `still open: ${list(report.stuck)}`
      : `nothing open ${report.idleAfterSeconds.toFixed(0)} s later`
  return [
    '',
    `${report.seconds} s at ${report.callsPerSecond} calls/s`,
    `good calls: ${report.goodCalls}, failed: ${report.failedCalls}, requests turned away in overload: ${report.turnedAway}, messages sent again: ${report.retransmissions}`,
    `malformed: ${list(report.malformedSent)}; ${report.malformedAnswered} answers`,
    'memory, the least of a window each:',
    ...memory,
    `open at the end: ${list(report.openAtEnd)}; ${idle}`,
    ...(report.callErrors === '' ? [] : [report.callErrors]),
    ...report.errorsLogged.slice(0, 10).map((line) => `logged: ${line}`),
    ...report.stuckCalls.map((call) => `stuck: ${JSON.stringify(call)}`),
    ...report.faults.map((fault) => `FAULT: ${fault}`),
    report.faults.length === 0 ? 'passed' : 'failed',
  ].join('\n')
}

export function list(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}

export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`
