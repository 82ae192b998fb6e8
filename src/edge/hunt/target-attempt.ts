import type { TargetAttempt } from '../../domain/call-record.ts'
import { causeInReason, causeOfStatus } from '../../domain/q850.ts'
import type { RouteTarget } from '../../domain/route.ts'
import type { SipResponseView } from '../../domain/sip.ts'

/** How the try of a target went. */
export interface TriedTarget {
  readonly target: RouteTarget
  readonly tookMs: number
  /** The final response, when one came. */
  readonly response?: SipResponseView | undefined
  /** When it was answered. */
  readonly dialog?: { readonly callId: string }
  /** The box itself would not or could not. */
  readonly byBox?: true
}

/** What the call record says of a target that was tried. */
export function targetAttempt(
  { target, tookMs, response, dialog, byBox }: TriedTarget,
  status: number,
  reason: string,
): TargetAttempt {
  const { path, label, uri, outsideNumber, rate } = target
  const legId = dialog?.callId ?? response?.header('call-id')
  const q850 = causeInReason(response?.header('reason')) ?? (status < 300 ? undefined : causeOfStatus(status))
  return {
    path,
    target: label,
    uri,
    ...(legId !== undefined && { legId }),
    status,
    ...(q850 !== undefined && { q850 }),
    reason,
    ...(byBox && { byBox }),
    tookMs,
    ...(outsideNumber !== undefined && { outsideNumber }),
    ...(rate !== undefined && { rate }),
  }
}
