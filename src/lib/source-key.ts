import { isIPv6 } from 'node:net'

const mappedPattern = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/**
 * What counts as one source: an IPv4 address, or the /64 of an IPv6 address, since every host has a whole one to send
 * from.
 */
export function sourceKey(address: string): string {
  if (!address.includes(':')) return address
  const mapped = mappedPattern.exec(address)?.[1]
  if (mapped) return mapped
  const [bare = ''] = address.split('%')
  return isIPv6(bare) && bare !== '::1' ? `${networkOf(bare)}::/64` : bare
}

function networkOf(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) {
    const rest = tail === '' ? 0 : tail.split(':').length
    while (groups.length < Math.min(4, 8 - rest)) groups.push('0')
    groups.push(...tail.split(':'))
  }
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group || '0', 16).toString(16))
    .join(':')
}
