import type { CallPath } from '../../domain/call-record.ts'
import type { CallQuestion, RouteTarget } from '../../domain/route.ts'
import type { LegPreparer, PreparedLeg } from './prepared-leg.ts'

/** Hands each target to the preparer of its path. */
export class LegsByPath implements LegPreparer {
  readonly #preparers: Readonly<Record<CallPath, LegPreparer>>

  constructor(preparers: Readonly<Record<CallPath, LegPreparer>>) {
    this.#preparers = preparers
  }

  prepare(
    target: RouteTarget,
    question: CallQuestion,
    displayName: string | undefined,
  ): PreparedLeg | Promise<PreparedLeg> {
    return this.#preparers[target.path].prepare(target, question, displayName)
  }
}
