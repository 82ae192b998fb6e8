import { isIPv4, isIPv6 } from 'node:net'

/** An IP address as its 4 or 16 bytes in network order, without its zone; undefined for anything else. */
export function ipBytes(address: string): Buffer | undefined {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  if (!isIPv6(address)) return undefined
  const [head = '', tail] = withoutEmbeddedIPv4(address.replace(/%.*$/, '')).split('::')
  const before = groupsOf(head)
  const after = groupsOf(tail ?? '')
  const bytes = Buffer.alloc(16)
  for (const [n, group] of before.entries()) bytes.writeUInt16BE(group, 2 * n)
  for (const [n, group] of after.entries()) bytes.writeUInt16BE(group, 16 - 2 * (after.length - n))
  return bytes
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
}

/** `::ffff:192.0.2.1` is another way to write `::ffff:c000:201`. */
function withoutEmbeddedIPv4(address: string): string {
  const last = address.slice(address.lastIndexOf(':') + 1)
  if (!isIPv4(last)) return address
  const hex = Buffer.from(last.split('.').map(Number)).toString('hex')
  return `${address.slice(0, -last.length)}${hex.slice(0, 4)}:${hex.slice(4)}`
}
