import type { ExodusFigures } from './exodus.ts'
import type { HolderLossFigures } from './holder-loss.ts'
import type { LookUpFigures } from './look-up-figures.ts'
import type { PartitionFigures } from './partition.ts'
import type { SimulationFigures } from './simulation.ts'
import type { SimulationPlan } from './simulation-plan.ts'
import type { TrafficFigures } from './traffic-figures.ts'
import type { TurnoverFigures } from './turnover.ts'

/** The figures as a person reads them, line by line. */
export function printReport(figures: SimulationFigures): string {
  const { plan, joining, rest, load, holderLosses, partition, turnover, exodus } = figures
  return [
    title(plan),
    '',
    line(
      'joining',
      `all connected ${seconds(joining.meshedAfterMilliseconds)} after the last box was started,`,
    ),
    line(
      '',
      `${kilobytes(joining.bytesPerBox)} sent by each; records at all holders ${seconds(joining.storedAfterMilliseconds)} after`,
    ),
    ...traffic('at rest', rest),
    ...traffic('under load', load.traffic),
    ...lookUps('look-ups, cold', load.cold),
    ...lookUps('again after 1 s', load.again),
    ...holderLosses.map(holderLoss),
    ...(partition ? partitionLines(partition, plan) : []),
    ...(turnover ? turnoverLines(turnover) : []),
    ...(exodus ? exodusLines(exodus) : []),
  ].join('\n')
}

function title(plan: SimulationPlan): string {
  const { boxes, usersPerBox, latencyMilliseconds, jitter, loss, copies, seed } = plan
  return `${boxes} boxes with ${usersPerBox} users each, ${latencyMilliseconds} ms one way (up to ${percent(jitter)} more), ${percent(loss)} loss, ${copies} copies, seed ${seed}`
}

function traffic(when: string, { bytesPerBoxPerMinute, mostPerBoxPerMinute, byPurpose }: TrafficFigures) {
  const purposes = Object.entries(byPurpose).map(([purpose, bytes]) => `${purpose} ${kilobytes(bytes)}`)
  return [
    line(
      when,
      `${kilobytes(bytesPerBoxPerMinute)} a minute sent by a box, ${kilobytes(mostPerBoxPerMinute)} by the busiest:`,
    ),
    line('', purposes.join(', ')),
  ]
}

function lookUps(
  what: string,
  { outcomes, success, milliseconds, meanAsks, rounds }: LookUpFigures,
): string[] {
  const { found, missing, undecided, wrong } = outcomes
  const counted = found + missing
  const absent = outcomes['gone-and-absent']
  const gone = outcomes['gone-but-listed'] + absent
  const { p50, p95, p99, most } = milliseconds
  const findings = [
    counted > 0 ? `${found} of ${counted} found (${percent(success)})` : '',
    gone > 0 ? `${gone} for users whose box is gone, ${absent} of them not found` : '',
    wrong > 0 ? `WRONG: ${wrong}` : '',
    undecided > 0 ? `undecided: ${undecided}` : '',
  ]
  const times = `p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms, most ${most} ms; ${meanAsks.toFixed(2)} asks in ${rounds.p50} to ${rounds.most} rounds`
  return [
    line(what, findings.filter((text) => text !== '').join('; ')),
    ...(counted > 0 ? [line('', times)] : []),
  ]
}

function holderLoss({ how, records, milliseconds, notMadeAgain }: HolderLossFigures): string {
  const missing = notMadeAgain > 0 ? `, ${notMadeAgain} NOT` : ''
  return line(
    `a holder ${how}`,
    `${records} records: copies made again after ${seconds(milliseconds.p50)} (p50), ${seconds(milliseconds.most)} (all)${missing}`,
  )
}

function partitionLines(figures: PartitionFigures, { partition }: SimulationPlan): string[] {
  const { farSide, during, meshedAfterMilliseconds, allFoundAfterMilliseconds } = figures
  return [
    ...lookUps(`cut off: ${farSide}`, during),
    line(
      `healed`,
      `after ${partition?.seconds} s: all connected ${after(meshedAfterMilliseconds)}, everybody found from anywhere ${after(allFoundAfterMilliseconds)}`,
    ),
  ]
}

function turnoverLines({ departures, lookUps: calls, traffic: sent }: TurnoverFigures): string[] {
  return [...lookUps(`turnover: ${departures}`, calls), ...traffic('', sent)]
}

function exodusLines({ left, stayed, during, after: later, expired }: ExodusFigures): string[] {
  return [
    ...lookUps(`${left} leave`, during),
    ...lookUps(`${stayed} stay`, later),
    ...lookUps('records expired', expired),
  ]
}

function line(what: string, figures: string): string {
  return `${what.padEnd(17)} ${figures}`
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`
}

function after(milliseconds: number | undefined): string {
  return milliseconds === undefined ? 'NOT within two minutes' : `after ${seconds(milliseconds)}`
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`
}
