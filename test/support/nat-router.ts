import { NetworkHost } from './network-host.ts'
import type { NetworkSwitch } from './network-switch.ts'

export interface NatRouterOptions {
  readonly outside: NetworkSwitch
  /** With prefix length. */
  readonly outsideAddress: string
  readonly inside: NetworkSwitch
  readonly insideAddress: string
  /**
   * `port-keeping`: a source port stays the same outside while it is free, whoever is spoken to. `symmetric`: each
   * destination sees another one (RFC 4787 §4.1: address and port-dependent mapping).
   */
  readonly mapping: 'port-keeping' | 'symmetric'
}

/** The router of a small site: everybody gets out behind its one address, nobody gets in. */
export class NatRouter {
  readonly #host = new NetworkHost()
  readonly #options: NatRouterOptions

  constructor(options: NatRouterOptions) {
    this.#options = options
  }

  get namespace(): NetworkHost['namespace'] {
    return this.#host.namespace
  }

  create(): void {
    const { outside, outsideAddress, inside, insideAddress, mapping } = this.#options
    this.#host.create()
    this.#host.plug(outside, outsideAddress)
    this.#host.plug(inside, insideAddress)
    const { namespace } = this
    namespace.exec('sh', ['-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward'])
    const random = mapping === 'symmetric' ? ['--random-fully'] : []
    namespace.iptables('-t', 'nat', '-A', 'POSTROUTING', '-o', 'eth0', '-j', 'MASQUERADE', ...random)
    for (const chain of ['INPUT', 'FORWARD']) {
      const known = ['-m', 'conntrack', '--ctstate', 'ESTABLISHED,RELATED']
      namespace.iptables('-A', chain, '-i', 'eth0', ...known, '-j', 'ACCEPT')
      namespace.iptables('-A', chain, '-i', 'eth0', '-j', 'DROP')
    }
  }
}
