import type { CallQuestion, RouteTarget } from '../../domain/route.ts'
import { nameAddr } from '../name-addr.ts'
import type { LegPreparer, PreparedLeg } from './prepared-leg.ts'

/** Where a call comes from that the box itself has let in. Nobody else's header of that name is passed on. */
const voucher = 'Causeway-Caller'

/** Legs to the PBX: as the phone called, so that the PBX's own digest holds. */
export class PbxLegs implements LegPreparer {
  prepare(target: RouteTarget, question: CallQuestion, displayName: string | undefined): PreparedLeg {
    const { source, callerIsAuthenticated, from } = question
    // What only claims to be a phone of the PBX is for the PBX to check; others have no password there.
    const isVouchedFor = source !== 'phone' || callerIsAuthenticated
    return {
      uri: target.uri,
      proxy: target.proxy,
      from: nameAddr(from, displayName),
      to: nameAddr(target.uri),
      headers: isVouchedFor ? { [voucher]: source } : {},
      release: () => undefined,
    }
  }
}
