import { Callers } from './callers.ts'
import { type LookUpFigures, lookUpFigures } from './look-up-figures.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { Departure } from './simulated-box.ts'
import type { SimulatedTown } from './simulated-town.ts'
import { measuringTraffic, type TrafficFigures } from './traffic-figures.ts'

export interface Turnover {
  readonly departuresPerMinute: number
  readonly seconds: number
  readonly lookUps: number
}

export interface TurnoverFigures {
  readonly departures: number
  readonly lookUps: LookUpFigures
  readonly traffic: TrafficFigures
}

const awayFor = 30_000
const ways: readonly Departure[] = ['stopped', 'killed', 'vanished']

/** Boxes go all the time, one way or another, and each comes back half a minute later. */
export async function turnOver(
  town: SimulatedTown,
  random: SeededRandom,
  { departuresPerMinute, seconds, lookUps }: Turnover,
): Promise<TurnoverFigures> {
  const departures = Math.round((departuresPerMinute * seconds) / 60)
  for (let number = 0; number < departures; number++)
    town.time.after(random.fraction() * seconds * 1_000, () => void leaveAndReturn(town, random, number))
  const callers = new Callers(town, random.branch('callers'))
  const { outcome, traffic } = await measuringTraffic(town, () => callers.callDuring(seconds, lookUps))
  await town.time.advance(awayFor)
  return { departures, lookUps: lookUpFigures(outcome.cold), traffic }
}

async function leaveAndReturn(town: SimulatedTown, random: SeededRandom, number: number): Promise<void> {
  const box = random.pick(town.boxesUp)
  const gone = box.depart(ways[number % ways.length] ?? 'killed')
  await new Promise<void>((resolve) => town.time.after(awayFor, resolve))
  await gone
  await box.start()
  box.publishUsers()
}
