import type { HomeBox } from '../../src/overlay/records/aor-directory.ts'
import type { LookUp, LookUpOutcome } from './look-up-figures.ts'
import type { SimulatedBox } from './simulated-box.ts'
import type { SimulatedTown, User } from './simulated-town.ts'

const never = new AbortController().signal

/** Has one box look a user up by the real directory, and judges the answer by what the simulator knows. */
export async function lookUpWatched(
  town: SimulatedTown,
  asker: SimulatedBox,
  { aor, home }: User,
): Promise<LookUp> {
  const { time, network } = town
  const askedAt: number[] = []
  const stopWatching = network.watch((peer, question) => {
    if (peer === asker.peer && question.resource === aor) askedAt.push(time.now())
  })
  const wasReachable = isReachable(town, asker, home)
  const start = time.now()
  // Whoever is told of an error has found nobody.
  const nobody = (): readonly HomeBox[] => []
  const homes = await asker.directory.find(aor, never).catch(nobody).finally(stopWatching)
  return {
    outcome: judged(homes, town, asker, home, wasReachable),
    milliseconds: time.now() - start,
    asks: askedAt.length,
    rounds: new Set(askedAt).size,
  }
}

function isReachable(town: SimulatedTown, asker: SimulatedBox, home: SimulatedBox): boolean {
  return home.isUp && town.areJoined(asker, home)
}

function judged(
  homes: readonly HomeBox[],
  town: SimulatedTown,
  asker: SimulatedBox,
  home: SimulatedBox,
  wasReachable: boolean,
): LookUpOutcome {
  const isNamed = (box: SimulatedBox) => homes.some(({ peerName }) => peerName.startsWith(`${box.peer}.`))
  const isListed = isNamed(home)
  if (homes.length > (isListed ? 1 : 0)) return 'wrong'
  if (!asker.isUp || isReachable(town, asker, home) !== wasReachable) return 'undecided'
  if (!wasReachable) return isListed ? 'gone-but-listed' : 'gone-and-absent'
  return isListed ? 'found' : 'missing'
}
