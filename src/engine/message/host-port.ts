import { isIPv6 } from 'node:net'
import { isHostCode } from './character-classes.ts'
import type { Scanner } from './scanner.ts'
import { SipParseError } from './sip-parse-error.ts'

const colon = 0x3a
const openBracket = 0x5b

/** A host name, an IPv4 address or a bracketed IPv6 reference; the brackets are left out of the result. */
export function readHost(scanner: Scanner): string {
  const { text } = scanner
  const start = scanner.position
  if (scanner.isAt(openBracket)) {
    const end = text.indexOf(']', start)
    const address = text.slice(start + 1, end < 0 ? text.length : end)
    if (end < 0 || !isIPv6(address) || address.includes('%')) throw new SipParseError('Bad IPv6 Reference')
    scanner.position = end + 1
    return address
  }
  let end = start
  while (end < text.length && isHostCode(text.charCodeAt(end))) end++
  if (end === start) throw new SipParseError('Bad Host')
  scanner.position = end
  return text.slice(start, end)
}

/** `:port`, when there is one. */
export function readPort(scanner: Scanner): number | undefined {
  if (!scanner.take(colon)) return undefined
  scanner.skipBlanks()
  const port = scanner.number(65535)
  if (!port) throw new SipParseError('Bad Port')
  return port
}

export function printHostPort(host: string, port: number | undefined): string {
  const bracketed = host.includes(':') ? `[${host}]` : host
  return port === undefined ? bracketed : `${bracketed}:${port}`
}
