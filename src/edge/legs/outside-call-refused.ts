import type { DecisionStep } from '../../domain/decision-record.ts'
import { type Fault, GatewayError } from '../../domain/gateway-error.ts'

/** A call outside that its payer may not place; another line would not change that. */
export class OutsideCallRefused extends GatewayError {
  readonly sipStatus: number
  readonly fault: Fault = 'caller'
  readonly tryNextTarget = false
  /** What the caller's telephone shows. */
  readonly reason: string
  readonly step: DecisionStep

  constructor(refusal: { status: number; reason: string; why: string }, step: DecisionStep) {
    super(refusal.why)
    this.sipStatus = refusal.status
    this.reason = refusal.reason
    this.step = step
  }
}
