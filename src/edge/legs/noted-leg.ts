import type { DecisionStep } from '../../domain/decision-record.ts'
import { OutsideCallRefused } from './outside-call-refused.ts'
import type { PreparedLeg } from './prepared-leg.ts'

/** Prepares a leg and hands on what was decided on the way, whether it may be sent or not. */
export async function notedLeg(
  prepare: () => PreparedLeg | Promise<PreparedLeg>,
  note: (step: DecisionStep) => void,
): Promise<PreparedLeg> {
  try {
    const leg = await prepare()
    for (const step of leg.steps ?? []) note(step)
    return leg
  } catch (error) {
    if (error instanceof OutsideCallRefused) note(error.step)
    throw error
  }
}
