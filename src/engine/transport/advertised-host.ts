import { isIPv6 } from 'node:net'
import { machineInterfaces } from '../../lib/machine-interfaces.ts'
import type { ListenSpec } from './listen-spec.ts'

/**
 * The host that goes into Via and Contact: as configured, the address listened on, or for a wildcard the machine's first own
 * address. `before` stays as long as the machine has it, and while it has no other that is not loopback.
 */
export function advertisedHostOf(
  spec: Pick<ListenSpec, 'address' | 'advertisedHost'>,
  before?: string,
  interfaces = machineInterfaces,
): string {
  if (spec.advertisedHost) return spec.advertisedHost
  if (!isWildcard(spec.address)) return spec.address
  const family = isIPv6(spec.address) ? 'IPv6' : 'IPv4'
  const own = Object.values(interfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((entry) => entry.family === family && !isLinkLocal(entry.address))
  const outer = own.filter((entry) => !entry.internal)
  const found = outer.find((entry) => entry.address === before) ?? outer[0]
  return found?.address ?? before ?? own[0]?.address ?? (family === 'IPv6' ? '::1' : '127.0.0.1')
}

export function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}

function isLinkLocal(address: string): boolean {
  return address.startsWith('fe80:') || address.startsWith('169.254.')
}
