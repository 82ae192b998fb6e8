import { readFileSync } from 'node:fs'
import { BlockList } from 'node:net'

interface Route {
  readonly family: 'ipv4' | 'ipv6'
  readonly network: BlockList
  readonly prefix: number
  readonly metric: number
  readonly device: string
}

const isUp = 1
const isReject = 0x200
const rereadAfterMs = 5_000

/** The kernel's main table of routes, as it was a few seconds ago at most. Linux only; elsewhere it is empty. */
export class RouteTable {
  readonly #read: (file: string) => string
  #routes: readonly Route[] = []
  #readAt = Number.NEGATIVE_INFINITY

  /** Only tests bring another `read`. */
  constructor(read: (file: string) => string = readIfThere) {
    this.#read = read
  }

  /** The name of the device that packets for a numeric address leave by. */
  deviceTowards(address: string): string | undefined {
    const now = performance.now()
    if (now - this.#readAt > rereadAfterMs) {
      this.#readAt = now
      this.#routes = [
        ...ipv4Routes(this.#read('/proc/net/route')),
        ...ipv6Routes(this.#read('/proc/net/ipv6_route')),
      ]
    }
    const family = address.includes(':') ? 'ipv6' : 'ipv4'
    let best: Route | undefined
    for (const route of this.#routes) {
      if (route.family !== family || (best && !isBetter(route, best))) continue
      if (route.network.check(address, family)) best = route
    }
    return best?.device
  }
}

function isBetter(one: Route, other: Route): boolean {
  return one.prefix === other.prefix ? one.metric < other.metric : one.prefix > other.prefix
}

/** Addresses and masks are hexadecimal in the byte order of the machine, which is little-endian wherever Node runs. */
function ipv4Routes(text: string): Route[] {
  const [, ...lines] = text.split('\n')
  return lines.flatMap((line) => {
    const [device, destination, , flags, , , metric, mask] = line.split('\t').map((field) => field.trim())
    if (!device || !destination || !mask || !(Number.parseInt(flags ?? '', 16) & isUp)) return []
    const prefix = bytesOf(mask).reduce((bits, byte) => bits + bitsOf(byte), 0)
    const network = new BlockList()
    network.addSubnet(bytesOf(destination).reverse().join('.'), prefix, 'ipv4')
    return [{ family: 'ipv4', network, prefix, metric: Number(metric), device }]
  })
}

function ipv6Routes(text: string): Route[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/)
    const [destination = '', length = '', , , , metric = '', , , flagText = '', device] = fields
    const flags = Number.parseInt(flagText, 16)
    if (!device || !(flags & isUp) || flags & isReject) return []
    const prefix = Number.parseInt(length, 16)
    const network = new BlockList()
    network.addSubnet(destination.replace(/(.{4})(?=.)/g, '$1:'), prefix, 'ipv6')
    return [{ family: 'ipv6', network, prefix, metric: Number.parseInt(metric, 16), device }]
  })
}

const bytesOf = (hex: string): number[] => [...Buffer.from(hex, 'hex')]

const bitsOf = (byte: number): number => byte.toString(2).replaceAll('0', '').length

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    // Another system, or no IPv6: the choice is made without.
    return ''
  }
}
