import type { Figures } from '../admin/figures.ts'
import type { EngineCounts } from '../engine/engine.ts'
import { type CountedEmergencies, emergencyFigures } from './emergency-figures.ts'
import { engineFigures } from './engine-figures.ts'
import { type CountedFeatures, featureFigures } from './feature-figures.ts'
import type { LoopLag } from './loop-lag.ts'
import { processFigures } from './process-figures.ts'
import { type CountedRecords, recordFigures } from './record-figures.ts'
import { type CountedSurvival, survivalFigures } from './survival-figures.ts'
import { type CountedToll, tollFigures } from './toll-figures.ts'

export interface CountedParts extends CountedFeatures, CountedSurvival {
  /** `counts` settles in bounded time. Undefined when the engine is another process. */
  readonly engine: { counts(): Promise<EngineCounts> } | undefined
  readonly loopLag: Pick<LoopLag, 'figures'>
  readonly keeping: CountedRecords
  readonly toll: CountedToll
  readonly emergencies: CountedEmergencies
}

/** All metrics. An engine that hangs or has died costs its own figures only: then the others matter most. */
export async function boxFigures(parts: CountedParts): Promise<Figures> {
  const { engine, loopLag } = parts
  const counts = engine && (await countsIfAnswered(engine))
  return {
    ...featureFigures(parts),
    ...recordFigures(parts.keeping),
    ...tollFigures(parts.toll),
    ...survivalFigures(parts),
    ...emergencyFigures(parts.emergencies),
    ...(engine && { engine_answered: counts ? 1 : 0 }),
    ...(counts && engineFigures(counts)),
    ...processFigures({ mainLags: loopLag.figures, engine: counts }),
  }
}

async function countsIfAnswered(
  engine: NonNullable<CountedParts['engine']>,
): Promise<EngineCounts | undefined> {
  try {
    return await engine.counts()
  } catch {
    // `engine_answered` says so; why it died is in the log.
    return undefined
  }
}
