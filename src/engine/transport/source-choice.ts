import { BlockList } from 'node:net'
import { machineInterfaces } from '../../lib/machine-interfaces.ts'
import { isWildcard } from './advertised-host.ts'
import type { ListeningPoint } from './flow.ts'

interface Candidate<L> {
  readonly listener: L
  readonly subnets: BlockList
  /** The device that has the address. */
  readonly device: string | undefined
}

/** Where packets for an address leave this machine. */
export interface Routes {
  deviceTowards(address: string): string | undefined
}

/** Which of several listening points to send from. Each is tried in the order of configuration. */
export class SourceChoice<L extends { readonly point: ListeningPoint }> {
  readonly #candidates: { readonly ipv4: readonly Candidate<L>[]; readonly ipv6: readonly Candidate<L>[] }

  readonly #routes: Routes

  constructor(listeners: readonly L[], routes: Routes) {
    this.#routes = routes
    const candidates = listeners.map((listener) => ({
      listener,
      subnets: subnetsOf(listener.point.address),
      device: deviceOf(listener.point.address),
    }))
    const of = (family: Family) =>
      candidates.filter(({ listener }) => familyOf(listener.point.address) === family)
    this.#candidates = { ipv4: of('ipv4'), ipv6: of('ipv6') }
  }

  /**
   * The point on the target's own network, else on the device that the route to the target leaves by, else one on a
   * wildcard address, else the first of the family.
   */
  towards(address: string): L | undefined {
    const family = familyOf(address)
    const suitable = this.#candidates[family]
    if (suitable.length <= 1) return suitable[0]?.listener
    const found =
      suitable.find(({ subnets }) => subnets.check(address, family)) ??
      this.#onRouteTo(address, suitable) ??
      suitable.find(({ listener }) => isWildcard(listener.point.address)) ??
      suitable[0]
    return found?.listener
  }

  #onRouteTo(address: string, suitable: readonly Candidate<L>[]): Candidate<L> | undefined {
    const device = this.#routes.deviceTowards(address)
    return device === undefined ? undefined : suitable.find((candidate) => candidate.device === device)
  }
}

type Family = 'ipv4' | 'ipv6'

/** Of what is an address: node's own test is a regular expression of a thousand characters. */
const familyOf = (address: string): Family => (address.includes(':') ? 'ipv6' : 'ipv4')

function deviceOf(address: string): string | undefined {
  const all = Object.entries(machineInterfaces())
  return all.find(([, entries]) => entries?.some((entry) => entry.address === address))?.[0]
}

/** The networks of this machine that hold an address; none for a wildcard. */
function subnetsOf(address: string): BlockList {
  const subnets = new BlockList()
  if (isWildcard(address)) return subnets
  const family = familyOf(address)
  for (const { cidr } of Object.values(machineInterfaces()).flatMap((entries) => entries ?? [])) {
    const [network, prefix] = cidr?.split('/') ?? []
    if (!network || !prefix || familyOf(network) !== family) continue
    const subnet = new BlockList()
    subnet.addSubnet(network, Number(prefix), family)
    if (subnet.check(address, family)) subnets.addSubnet(network, Number(prefix), family)
  }
  return subnets
}
