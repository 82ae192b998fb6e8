import { Callers } from './callers.ts'
import { type LookUpFigures, lookUpFigures } from './look-up-figures.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { SimulatedTown } from './simulated-town.ts'

export interface Partition {
  /** Of the boxes, how many are on the far side, from 0 to 1. */
  readonly share: number
  readonly seconds: number
  readonly lookUps: number
}

export interface PartitionFigures {
  readonly farSide: number
  /** Look-ups while the network was cut. */
  readonly during: LookUpFigures
  /** After the cut was healed, until every box was connected to every other; undefined: not within two minutes. */
  readonly meshedAfterMilliseconds: number | undefined
  /** ... and until every user was found from anywhere. */
  readonly allFoundAfterMilliseconds: number | undefined
}

const healWithin = 120_000

/** The network falls into two halves, and grows together again. */
export async function cutAndHeal(
  town: SimulatedTown,
  random: SeededRandom,
  { share, seconds, lookUps }: Partition,
): Promise<PartitionFigures> {
  const { time, network } = town
  const boxes = random.shuffled(town.boxesUp)
  const farSide = boxes.slice(0, Math.round(boxes.length * share))
  network.paths.cut(new Set(farSide.map(({ peer }) => peer)))
  const { cold } = await new Callers(town, random.branch('callers')).callDuring(seconds, lookUps)
  network.paths.heal()
  const healedAt = time.now()
  const meshedAfterMilliseconds = await time.until(() => town.isMeshed, healWithin)
  const everybodyIsFound = async () => {
    const callers = new Callers(town, random.branch(`callers at ${time.now()}`))
    const users = town.users.filter(({ home }) => home.isUp)
    return lookUpFigures(await callers.callAll(users, 1)).outcomes.missing === 0
  }
  const found = await time.until(everybodyIsFound, healWithin)
  return {
    farSide: farSide.length,
    during: lookUpFigures(cold),
    meshedAfterMilliseconds,
    allFoundAfterMilliseconds: found === undefined ? undefined : time.now() - healedAt,
  }
}
