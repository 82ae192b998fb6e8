import { sourceKey } from '../lib/source-key.ts'

/** Whether two addresses are likely of one local network: the same IPv4 /24, or the same IPv6 /64. */
export function sameNetwork(one: string, other: string): boolean {
  return networkOf(one) === networkOf(other)
}

function networkOf(address: string): string {
  const key = sourceKey(address)
  return key.includes(':') ? key : key.replace(/\.\d+$/, '')
}
