import type { PeerId } from '../../src/overlay/protocol/peer-id.ts'
import type { SeenQuestion } from './seen-question.ts'
import { SimulatedHost } from './simulated-host.ts'
import type { SimulatedPaths } from './simulated-paths.ts'
import type { SimulatedTime } from './simulated-time.ts'

/** Hosts that reach each other over simulated paths. */
export class SimulatedNetwork {
  readonly time: SimulatedTime
  readonly paths: SimulatedPaths
  readonly #hosts = new Map<string, SimulatedHost>()
  readonly #byPeer = new Map<PeerId, SimulatedHost>()
  readonly #watchers = new Set<(asker: PeerId, question: SeenQuestion) => void>()

  constructor(time: SimulatedTime, paths: SimulatedPaths) {
    this.time = time
    this.paths = paths
  }

  host(self: PeerId): SimulatedHost {
    const number = this.#hosts.size + 1
    const address = `/ip4/10.77.${number >> 8}.${number & 255}/tcp/4160`
    const host = new SimulatedHost(self, address, this)
    this.#hosts.set(address, host)
    this.#byPeer.set(self, host)
    return host
  }

  /** Addresses may end in the peer's id, as libp2p writes them. */
  find(address: string): SimulatedHost | undefined {
    return this.#hosts.get(address.replace(/\/p2p\/.*$/, ''))
  }

  hostOf(peer: PeerId): SimulatedHost | undefined {
    return this.#byPeer.get(peer)
  }

  /** `watcher` is shown every question when it is asked. Returns what ends that. */
  watch(watcher: (asker: PeerId, question: SeenQuestion) => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  asked(asker: PeerId, question: SeenQuestion): void {
    for (const watcher of this.#watchers) watcher(asker, question)
  }
}
