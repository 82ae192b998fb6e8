import { Callers } from './callers.ts'
import { type ExodusFigures, leaveTown } from './exodus.ts'
import { type HolderLossFigures, loseHolder } from './holder-loss.ts'
import { type LookUpFigures, lookUpFigures } from './look-up-figures.ts'
import { cutAndHeal, type PartitionFigures } from './partition.ts'
import { SeededRandom } from './seeded-random.ts'
import { SimulatedTown } from './simulated-town.ts'
import type { SimulationPlan } from './simulation-plan.ts'
import { measuringTraffic, type TrafficFigures } from './traffic-figures.ts'
import { type TurnoverFigures, turnOver } from './turnover.ts'

export interface CalmFigures {
  readonly joining: JoiningFigures
  readonly rest: TrafficFigures
  readonly load: {
    readonly traffic: TrafficFigures
    readonly cold: LookUpFigures
    readonly again: LookUpFigures
  }
}

export interface SimulationFigures extends CalmFigures {
  readonly plan: SimulationPlan
  readonly holderLosses: readonly HolderLossFigures[]
  readonly partition: PartitionFigures | undefined
  readonly turnover: TurnoverFigures | undefined
  readonly exodus: ExodusFigures | undefined
}

export interface JoiningFigures {
  /** From the start of the last box until all were connected to all. */
  readonly meshedAfterMilliseconds: number
  /** Since the first start, in bytes. */
  readonly bytesPerBox: number
  /** From publication until every user had all copies. */
  readonly storedAfterMilliseconds: number
}

const startEvery = 100
const meshWithin = 300_000
const storeWithin = 120_000
/** All boxes start at once here. A ping carries only so much news, and each box tells of every other one for a while. */
const settleSeconds = (boxes: number) => 60 + boxes
const turnoverSeconds = 300

/** Runs the plan, part after part. Throws when the boxes do not even come together. */
export async function simulate(plan: SimulationPlan): Promise<SimulationFigures> {
  const random = new SeededRandom(plan.seed)
  const town = new SimulatedTown({ ...plan, paths: plan }, random.branch('town'))
  const calm = await liveCalmly(town, random, plan)
  return { plan, ...calm, ...(await liveThroughTrouble(town, random, plan)) }
}

/** The same without trouble. */
export async function simulateCalm(plan: SimulationPlan): Promise<CalmFigures> {
  const random = new SeededRandom(plan.seed)
  const town = new SimulatedTown({ ...plan, paths: plan }, random.branch('town'))
  return liveCalmly(town, random, plan)
}

async function liveCalmly(
  town: SimulatedTown,
  random: SeededRandom,
  plan: SimulationPlan,
): Promise<CalmFigures> {
  const joining = await join(town)
  await town.time.advance(settleSeconds(plan.boxes) * 1_000)
  const { traffic: rest } = await measuringTraffic(town, () => town.time.advance(plan.restSeconds * 1_000))
  const callers = new Callers(town, random.branch('callers'))
  const load = await measuringTraffic(town, () => callers.callDuring(plan.loadSeconds, plan.lookUps))
  const { cold, again } = load.outcome
  return {
    joining,
    rest,
    load: { traffic: load.traffic, cold: lookUpFigures(cold), again: lookUpFigures(again) },
  }
}

async function join(town: SimulatedTown): Promise<JoiningFigures> {
  const { time } = town
  for (const box of town.boxes) {
    await time.passUntil(box.start(), 1_000)
    await time.advance(startEvery)
  }
  const meshedAfter = await time.until(() => town.isMeshed, meshWithin)
  if (meshedAfter === undefined) throw new Error('the boxes did not come together')
  const sent = town.boxes.map(({ host }) => [...host.traffic.reading().values()])
  for (const box of town.boxes) box.publishUsers()
  const storedAfter = await time.until(allCopiesAreMade(town), storeWithin)
  if (storedAfter === undefined) throw new Error('the records did not reach their holders')
  const bytes = sent.flat().reduce((sum, each) => sum + each, 0)
  return {
    meshedAfterMilliseconds: meshedAfter,
    bytesPerBox: Math.round(bytes / town.boxes.length),
    storedAfterMilliseconds: storedAfter,
  }
}

/** Looks at each user until he has all copies, and then at the next. */
function allCopiesAreMade(town: SimulatedTown): () => Promise<boolean> {
  const waiting = [...town.users]
  return async () => {
    for (let user = waiting.at(-1); user; user = waiting.at(-1)) {
      if ((await town.holdersOf(user)).length < town.copiesWanted) return false
      waiting.pop()
    }
    return true
  }
}

async function liveThroughTrouble(town: SimulatedTown, random: SeededRandom, plan: SimulationPlan) {
  const { churn, leave, lookUps, recordLifetimeSeconds } = plan
  const holderLosses = [
    await loseHolder(town, random.branch('killed holder'), 'killed'),
    await loseHolder(town, random.branch('vanished holder'), 'vanished'),
  ]
  const partition = plan.partition
    ? await cutAndHeal(town, random.branch('partition'), { ...plan.partition, lookUps })
    : undefined
  const turnover =
    churn?.kind === 'turnover'
      ? await turnOver(town, random.branch('turnover'), { ...churn, seconds: turnoverSeconds, lookUps })
      : undefined
  const exodus =
    churn?.kind === 'exodus'
      ? await leaveTown(town, random.branch('exodus'), {
          ...churn,
          how: leave,
          lookUps,
          recordLifetimeSeconds,
        })
      : undefined
  return { holderLosses, partition, turnover, exodus }
}
