import type { CallQuestion, RouteTarget } from '../../domain/route.ts'
import { nameAddr } from '../name-addr.ts'
import type { LegPreparer, PreparedLeg } from './prepared-leg.ts'

/** Legs to the PBX: as the phone called, so that the PBX's own digest holds. */
export class PbxLegs implements LegPreparer {
  prepare(target: RouteTarget, question: CallQuestion, displayName: string | undefined): PreparedLeg {
    return {
      uri: target.uri,
      proxy: target.proxy,
      from: nameAddr(question.from, displayName),
      to: nameAddr(target.uri),
      headers: {},
      release: () => undefined,
    }
  }
}
