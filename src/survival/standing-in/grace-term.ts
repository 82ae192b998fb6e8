import type { AorText } from '../../domain/aor.ts'
import type { Device, DevicesByUser } from './known-device.ts'

/** The time after the loss of a PBX, and the devices that it had accepted then. */
export interface GraceTerm {
  /** The verdict. Milliseconds since the Unix epoch. */
  readonly since: number
  /** When the PBX was back; undefined while it is gone. The devices are kept for the case that it goes again at once. */
  readonly endedAt?: number | undefined
  readonly devices: DevicesByUser
}

export function printTerm({ since, endedAt, devices }: GraceTerm): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ since, endedAt, devices: [...devices] }))
}

/** What `printTerm` wrote. Throws for what it did not write. */
export function readTerm(text: string): GraceTerm {
  const kept = JSON.parse(text) as {
    readonly since?: number
    readonly endedAt?: number
    readonly devices?: readonly (readonly [AorText, readonly Device[]])[]
  }
  const { since, endedAt, devices } = kept
  if (typeof since !== 'number' || !devices) throw new TypeError('no term of a grace')
  return { since, endedAt, devices: new Map(devices) }
}
