import { BlockList, isIP, isIPv6 } from 'node:net'

const ranges = new BlockList()
// RFC 1918, RFC 6598, RFC 3927, loopback; RFC 4193, RFC 4291.
ranges.addSubnet('10.0.0.0', 8)
ranges.addSubnet('172.16.0.0', 12)
ranges.addSubnet('192.168.0.0', 16)
ranges.addSubnet('100.64.0.0', 10)
ranges.addSubnet('169.254.0.0', 16)
ranges.addSubnet('127.0.0.0', 8)
ranges.addSubnet('fc00::', 7, 'ipv6')
ranges.addSubnet('fe80::', 10, 'ipv6')
ranges.addAddress('::1', 'ipv6')

/** Whether an address means different hosts in different networks. False for names. */
export function isPrivate(address: string): boolean {
  const bare = address.replace(/%.*$/, '')
  return isIP(bare) > 0 && ranges.check(bare, isIPv6(bare) ? 'ipv6' : 'ipv4')
}
