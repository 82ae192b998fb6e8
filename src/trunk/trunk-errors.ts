import { type Fault, GatewayError } from '../domain/gateway-error.ts'

/** The trunk already carries its most calls. */
export class TrunkFull extends GatewayError {
  readonly sipStatus = 503
  readonly fault: Fault = 'far-end'
  readonly tryNextTarget = true

  constructor(trunk: string, limit: number) {
    super(`trunk ${trunk} already carries ${limit} calls`)
  }
}

/** More calls begin than the provider takes. */
export class TrunkTooFast extends GatewayError {
  readonly sipStatus = 503
  readonly fault: Fault = 'far-end'
  readonly tryNextTarget = true

  constructor(trunk: string, perSecond: number) {
    super(`trunk ${trunk} takes no more than ${perSecond} new calls a second`)
  }
}

/** A route names a trunk that is not configured (any more). */
export class TrunkUnknown extends GatewayError {
  readonly sipStatus = 503
  readonly fault: Fault = 'box'
  readonly tryNextTarget = true

  constructor(trunk: string) {
    super(`there is no trunk ${trunk}`)
  }
}
