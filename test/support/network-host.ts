import type { NetworkCable } from './network-cable.ts'
import { NetworkNamespace } from './network-namespace.ts'
import type { NetworkSwitch } from './network-switch.ts'

/** A machine of a topology: interfaces `eth0`, `eth1`, … in the order of their cables. */
export class NetworkHost {
  readonly namespace = new NetworkNamespace()
  readonly cables: NetworkCable[] = []

  create(): void {
    this.namespace.create()
  }

  /** `address` with its prefix length: `10.0.0.1/24`. */
  plug(into: NetworkSwitch, address: string): NetworkCable {
    const port = `eth${this.cables.length}`
    const cable = into.plug(this.namespace, port)
    this.cables.push(cable)
    this.namespace.ip('address', 'add', address, 'dev', port)
    return cable
  }

  routeBy(gateway: string): void {
    this.namespace.ip('route', 'replace', 'default', 'via', gateway)
  }

  /** What a new DHCP lease does. */
  renumber(port: string, address: string): void {
    this.namespace.ip('address', 'flush', 'dev', port, 'scope', 'global')
    this.namespace.ip('address', 'add', address, 'dev', port)
  }

  /** Datagrams to that port neither leave nor arrive. */
  blockUdp(port: number): void {
    this.#filterUdp('-A', port)
  }

  unblockUdp(port: number): void {
    this.#filterUdp('-D', port)
  }

  #filterUdp(what: '-A' | '-D', port: number): void {
    for (const chain of ['INPUT', 'OUTPUT'])
      this.namespace.iptables(what, chain, '-p', 'udp', '--dport', String(port), '-j', 'DROP')
  }
}
