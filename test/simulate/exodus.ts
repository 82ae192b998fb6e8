import { Callers } from './callers.ts'
import { type LookUpFigures, lookUpFigures } from './look-up-figures.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { Departure, SimulatedBox } from './simulated-box.ts'
import type { SimulatedTown } from './simulated-town.ts'

export interface Exodus {
  /** Of all boxes, from 0 to 1. */
  readonly share: number
  /** The boxes leave one by one within that time, for good. */
  readonly seconds: number
  /** `mixed`: a third of them each way. */
  readonly how: Departure | 'mixed'
  /** Look-ups while they leave. */
  readonly lookUps: number
  readonly recordLifetimeSeconds: number
}

export interface ExodusFigures {
  readonly left: number
  readonly stayed: number
  readonly during: LookUpFigures
  /** Every user once, after the last one left; a third of the users' boxes may be gone. */
  readonly after: LookUpFigures
  /** Users of the boxes that left, when their records have expired. */
  readonly expired: LookUpFigures
}

const ways: readonly Departure[] = ['stopped', 'killed', 'vanished']
const sweepSeconds = 10
const expiryGrace = 10

/** Boxes leave and do not come back. */
export async function leaveTown(
  town: SimulatedTown,
  random: SeededRandom,
  { share, seconds, how, lookUps, recordLifetimeSeconds }: Exodus,
): Promise<ExodusFigures> {
  const leaving = random.shuffled(town.boxesUp).slice(0, Math.round(town.boxesUp.length * share))
  for (const [place, box] of leaving.entries()) {
    const way = how === 'mixed' ? (ways[place % ways.length] ?? 'killed') : how
    town.time.after(random.fraction() * seconds * 1_000, () => void box.depart(way))
  }
  const callers = new Callers(town, random.branch('callers'))
  const { cold } = await callers.callDuring(seconds, lookUps)
  const after = await callers.callAll(town.users, sweepSeconds)
  const expired = await afterExpiry(town, random, leaving, recordLifetimeSeconds)
  return {
    left: leaving.length,
    stayed: town.boxesUp.length,
    during: lookUpFigures(cold),
    after: lookUpFigures(after),
    expired,
  }
}

async function afterExpiry(
  town: SimulatedTown,
  random: SeededRandom,
  gone: readonly SimulatedBox[],
  recordLifetimeSeconds: number,
): Promise<LookUpFigures> {
  await town.time.advance((recordLifetimeSeconds + expiryGrace) * 1_000)
  const users = town.users.filter(({ home }) => gone.includes(home))
  return lookUpFigures(await new Callers(town, random.branch('late callers')).callAll(users, sweepSeconds))
}
