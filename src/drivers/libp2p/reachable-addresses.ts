import type { NetworkInterfaceInfo } from 'node:os'

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>

/** Addresses that others can dial, from those to listen on: a wildcard stands for every address of the machine. */
export function reachableAddresses(listen: readonly string[], interfaces: Interfaces): string[] {
  const own = Object.values(interfaces).flatMap((addresses) => addresses ?? [])
  return listen.flatMap((address) => {
    if (/\/tcp\/0\b/.test(address)) return [] // a port chosen at the start is known only then
    if (address.startsWith('/ip4/0.0.0.0/')) return each(own, 'IPv4', address, '/ip4/0.0.0.0/')
    if (address.startsWith('/ip6/::/')) return each(own, 'IPv6', address, '/ip6/::/')
    return [address]
  })
}

function each(
  own: readonly NetworkInterfaceInfo[],
  family: 'IPv4' | 'IPv6',
  address: string,
  wildcard: string,
): string[] {
  const scheme = family === 'IPv4' ? '/ip4' : '/ip6'
  return own
    .filter((info) => info.family === family && !info.internal && !info.address.startsWith('fe80:'))
    .map((info) => `${scheme}/${info.address}/${address.slice(wildcard.length)}`)
}
