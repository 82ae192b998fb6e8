import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'

export interface NameServer {
  readonly address: string
  readonly port: number
}

const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/
const withPort = /^([0-9.]+):(\d{1,5})$/

/** Reads `address`, `address:port`, `[IPv6]:port`. Throws on anything else. */
export function parseNameServer(text: string): NameServer {
  const match = bracketed.exec(text) ?? withPort.exec(text)
  const address = match?.[1] ?? text
  const port = match?.[2] === undefined ? 53 : Number(match[2])
  if (!isIP(address) || port < 1 || port > 65_535) {
    throw new Error(`"${text}" is no name server; give an address, or address:port`)
  }
  return { address, port }
}

/** The servers named in a resolv.conf(5), the local one when it names none. */
export function nameServersOf(resolvConf: string): NameServer[] {
  const servers: NameServer[] = []
  for (const line of resolvConf.split('\n')) {
    const address = /^\s*nameserver\s+([0-9a-f.:]+)\s*(?:[#;].*)?$/i.exec(line)?.[1]
    if (address && isIP(address)) servers.push({ address, port: 53 })
  }
  return servers.length > 0 ? servers : [{ address: '127.0.0.1', port: 53 }]
}

export function systemNameServers(path = '/etc/resolv.conf'): NameServer[] {
  try {
    return nameServersOf(readFileSync(path, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return nameServersOf('')
    throw error
  }
}
