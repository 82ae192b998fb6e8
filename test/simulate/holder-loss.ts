import { type Percentiles, percentilesOf } from './percentiles.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { Departure } from './simulated-box.ts'
import type { SimulatedTown, User } from './simulated-town.ts'

/** One box went that held copies of other boxes' records. */
export interface HolderLossFigures {
  readonly how: Departure
  /** Users that were watched. */
  readonly records: number
  /** Until there were as many copies as before; of users whose copies were made again. */
  readonly milliseconds: Percentiles
  /** Users that had too few copies to the end. */
  readonly notMadeAgain: number
}

const mostWatched = 20
const watchFor = 120_000
const lookEvery = 100
const returnWithin = 60_000

/** A random box goes; when its copies are made again, it returns. */
export async function loseHolder(
  town: SimulatedTown,
  random: SeededRandom,
  how: Departure,
): Promise<HolderLossFigures> {
  const { time } = town
  const victim = random.pick(town.boxesUp)
  const watched: User[] = []
  for (const user of random.shuffled(town.users))
    if (user.home !== victim && user.home.isUp && watched.length < mostWatched)
      if (await town.holds(victim, user)) watched.push(user)
  await time.passUntil(victim.depart(how), 10_000)
  const start = time.now()
  const took = new Map<User, number>()
  const allAreMadeAgain = async () => {
    for (const user of watched)
      if (!took.has(user) && (await town.holdersOf(user)).length >= town.copiesWanted)
        took.set(user, time.now() - start)
    return took.size === watched.length
  }
  await time.until(allAreMadeAgain, watchFor, lookEvery)
  await victim.start()
  victim.publishUsers()
  await time.until(() => town.isMeshed, returnWithin)
  return {
    how,
    records: watched.length,
    milliseconds: percentilesOf([...took.values()]),
    notMadeAgain: watched.length - took.size,
  }
}
