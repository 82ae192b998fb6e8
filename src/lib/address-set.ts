import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** Addresses and networks, as an operator writes them: `192.0.2.1`, `203.0.113.0/24`, `2001:db8::/32`. */
export class AddressSet {
  readonly #single = new Set<string>()
  readonly #networks = new BlockList()
  #hasNetworks = false

  /** Throws an Error that names the entry which is neither. */
  constructor(entries: Iterable<string>) {
    for (const entry of entries) this.#add(entry)
  }

  has(address: string): boolean {
    if (this.#single.has(address)) return true
    if (!this.#hasNetworks) return false
    return this.#networks.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
  }

  #add(entry: string): void {
    const [address = '', prefix] = entry.split('/')
    if (!isIPv4(address) && !isIPv6(address)) throw new Error(`"${entry}" is not an address or a network`)
    // Text forms of one IPv6 address differ: only the block list compares them by value.
    if (prefix === undefined && isIPv4(address)) {
      this.#single.add(address)
      return
    }
    const isVersion6 = isIPv6(address)
    const bits = Number(prefix ?? (isVersion6 ? 128 : 32))
    this.#networks.addSubnet(address, bits, isVersion6 ? 'ipv6' : 'ipv4')
    this.#hasNetworks = true
  }
}
