import type { AorText } from '../../domain/aor.ts'
import type { Binding } from '../../domain/binding.ts'

/** A telephone as a request shows it, or as it was when its PBX accepted it. */
export interface Device {
  readonly address: string
  /** `+sip.instance` (RFC 5626 §4.1). */
  readonly instance?: string | undefined
  readonly userAgent?: string | undefined
  /** It has told all that it is: in a REGISTER a telephone that has an instance names it, elsewhere perhaps not. */
  readonly isWhole?: boolean
}

export type DevicesByUser = ReadonlyMap<AorText, readonly Device[]>

/** A phone that a PBX has vouched for, or told of itself. */
export function isVouchedFor({ origin }: Pick<Binding, 'origin'>): boolean {
  return origin === 'pbx' || origin === 'mirror'
}

export function deviceOf({
  source,
  instance,
  userAgent,
}: Pick<Binding, 'source' | 'instance' | 'userAgent'>): Device {
  return { address: source.address, instance, userAgent }
}

/** The same address, and no other name where both give one; one that tells all leaves out no instance. */
export function isSameDevice(known: Device, seen: Device): boolean {
  if (seen.isWhole === true && known.instance !== undefined && seen.instance === undefined) return false
  return (
    known.address === seen.address &&
    agrees(known.instance, seen.instance) &&
    agrees(known.userAgent, seen.userAgent)
  )
}

function agrees(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other
}
