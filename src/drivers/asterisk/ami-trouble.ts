import { type Fault, GatewayError } from '../../domain/gateway-error.ts'

/** `away`: no connection; `garbage`: what came is no AMI; `refused`: it said no; `too-late`: it said nothing in time. */
export type AmiTroubleKind = 'away' | 'garbage' | 'refused' | 'too-late' | 'unsendable'

/** The manager interface of an Asterisk did not do what was asked. */
export class AmiTrouble extends GatewayError {
  readonly sipStatus = 503
  readonly fault: Fault = 'far-end'
  readonly tryNextTarget = true
  readonly kind: AmiTroubleKind

  constructor(kind: AmiTroubleKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}
