import { fileURLToPath } from 'node:url'
import { ChildProgram } from '../../support/child-program.ts'
import type { NetworkHost } from '../../support/network-host.ts'
import { NetworkTopology } from '../../support/network-topology.ts'
import {
  boxAddress,
  carrierAddress,
  type Neighbours,
  nameServerAddress,
  pbxAddress,
  phonesAddress,
} from './neighbours.ts'

const program = fileURLToPath(new URL('./neighbours-program.ts', import.meta.url))

/** The network of a page: its machines and their neighbours, at the addresses that the pages use as examples. */
export class Town {
  readonly #network = new NetworkTopology()
  readonly #hosts = new Map<string, NetworkHost>()
  readonly #programs: ChildProgram[] = []
  #neighbours: NetworkHost | undefined

  /** The first place is the box; the others get the addresses behind its own. */
  build(places: readonly string[]): void {
    const street = this.#network.switch()
    const firstHost = Number(boxAddress.split('.').at(-1))
    for (const [index, place] of places.entries()) {
      const host = this.#network.host()
      host.plug(street, `192.0.2.${firstHost + index}/24`)
      if (index === 0) host.namespace.ip('address', 'add', '192.168.1.10/24', 'dev', 'eth0')
      // mDNS needs a route for its group.
      host.namespace.ip('route', 'add', '224.0.0.0/4', 'dev', 'eth0')
      this.#hosts.set(place, host)
    }
    this.#neighbours = this.#network.host()
    this.#neighbours.plug(street, `${nameServerAddress}/24`)
    this.#neighbours.namespace.ip('route', 'add', '192.168.1.0/24', 'dev', 'eth0')
    for (const address of [pbxAddress, carrierAddress, phonesAddress])
      this.#neighbours.namespace.ip('address', 'add', `${address}/24`, 'dev', 'eth0')
  }

  host(place: string): NetworkHost {
    const host = this.#hosts.get(place)
    if (!host) throw new Error(`there is no place "${place}" in this town`)
    return host
  }

  /** Resolves when they are there, phones registered. */
  async invite(neighbours: Neighbours): Promise<void> {
    if (!this.#neighbours) throw new Error('the town is not built')
    this.#programs.push(
      await ChildProgram.start({
        command: process.execPath,
        args: [program, JSON.stringify(neighbours)],
        namespace: this.#neighbours.namespace.name,
        ready: /the neighbours are there/,
        readyMs: 60_000,
      }),
    )
  }

  async stop(): Promise<void> {
    await Promise.all(this.#programs.map((each) => each.stop()))
    this.#network.remove()
  }
}
