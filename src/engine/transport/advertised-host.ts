import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { ListenSpec } from './listen-spec.ts'

/** The host that goes into Via and Contact: as configured, the address listened on, or for a wildcard the first own address. */
export function advertisedHostOf(spec: ListenSpec): string {
  if (spec.advertisedHost) return spec.advertisedHost
  if (!isWildcard(spec.address)) return spec.address
  const family = isIPv6(spec.address) ? 'IPv6' : 'IPv4'
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((entry) => entry.family === family && !isLinkLocal(entry.address))
  const found = own.find((entry) => !entry.internal) ?? own[0]
  return found?.address ?? (family === 'IPv6' ? '::1' : '127.0.0.1')
}

export function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}

function isLinkLocal(address: string): boolean {
  return address.startsWith('fe80:') || address.startsWith('169.254.')
}
