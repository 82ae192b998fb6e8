import { BlockList, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { isWildcard } from './advertised-host.ts'
import type { ListeningPoint } from './flow.ts'

/** Which of several listening points to send from. Each is tried in the order of configuration. */
export class SourceChoice<L extends { readonly point: ListeningPoint }> {
  readonly #candidates: readonly { readonly listener: L; readonly subnets: BlockList }[]

  constructor(listeners: readonly L[]) {
    this.#candidates = listeners.map((listener) => ({ listener, subnets: subnetsOf(listener.point.address) }))
  }

  /** The point on the target's own network, else one on a wildcard address, else the first of the family. */
  towards(address: string): L | undefined {
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    const suitable = this.#candidates.filter(
      ({ listener }) => isIPv6(listener.point.address) === (family === 'ipv6'),
    )
    if (suitable.length <= 1) return suitable[0]?.listener
    const found =
      suitable.find(({ subnets }) => subnets.check(address, family)) ??
      suitable.find(({ listener }) => isWildcard(listener.point.address)) ??
      suitable[0]
    return found?.listener
  }
}

/** The networks of this machine that hold an address; none for a wildcard. */
function subnetsOf(address: string): BlockList {
  const subnets = new BlockList()
  if (isWildcard(address)) return subnets
  const family = isIPv6(address) ? 'ipv6' : 'ipv4'
  for (const { cidr } of Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])) {
    const [network, prefix] = cidr?.split('/') ?? []
    if (!network || !prefix || isIPv6(network) !== (family === 'ipv6')) continue
    const subnet = new BlockList()
    subnet.addSubnet(network, Number(prefix), family)
    if (subnet.check(address, family)) subnets.addSubnet(network, Number(prefix), family)
  }
  return subnets
}
