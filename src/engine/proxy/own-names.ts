import { machineInterfaces } from '../../lib/machine-interfaces.ts'
import type { SipUri } from '../message/uri.ts'
import { isWildcard } from '../transport/advertised-host.ts'
import type { ListeningPoint } from '../transport/flow.ts'
import type { Hop } from '../transport/hop.ts'
import { defaultPortOf } from '../transport/transport-name.ts'

/** The names under which this engine is meant in Route and Request-URI: where it listens and what it advertises. */
export class OwnNames {
  readonly #points: readonly ListeningPoint[]
  readonly #names = new Set<string>()

  constructor(points: readonly ListeningPoint[]) {
    this.#points = points
    this.readdress()
  }

  /** After the machine's addresses have changed: the old ones may be another machine's now. */
  readdress(): void {
    this.#names.clear()
    for (const point of this.#points) {
      this.#names.add(nameOf(point.advertisedHost, point.advertisedPort))
      const addresses = isWildcard(point.address) ? ownAddresses() : [point.address]
      for (const address of addresses) this.#names.add(nameOf(address, point.port))
    }
  }

  /** Whether a place in a Via is ours; without a port 5060 is meant (RFC 3261 §18.2.2). */
  hasPlace(host: string, port: number | undefined): boolean {
    return this.#names.has(nameOf(host, port ?? 5060))
  }

  hasHop(hop: Hop): boolean {
    return this.#names.has(nameOf(hop.address, hop.port))
  }

  has(uri: SipUri): boolean {
    const transport = uri.params.text('transport') ?? ''
    const port = uri.port ?? (uri.scheme === 'sips' ? 5061 : defaultPortOf(transport))
    return this.#names.has(nameOf(uri.host, port))
  }
}

const nameOf = (host: string, port: number): string => `${host.toLowerCase()} ${port}`

function ownAddresses(): string[] {
  return Object.values(machineInterfaces()).flatMap((entries) =>
    (entries ?? []).map((entry) => entry.address),
  )
}
