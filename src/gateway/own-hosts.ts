import type { ListenSpec } from '../engine/transport/listen-spec.ts'
import type { Clock } from '../lib/clock.ts'
import { machineInterfaces } from '../lib/machine-interfaces.ts'
import { Remembered } from '../lib/remembered.ts'

// Asked for nearly every message; the engine, too, sees a new address only after two seconds.
const rememberMs = 2_000

/** Hosts and ports that mean this box: what it listens on and what it advertises. IPv6 in brackets. */
export class OwnHosts {
  readonly #specs: readonly ListenSpec[]
  readonly #interfaces: Remembered<ReturnType<typeof machineInterfaces>>

  constructor(specs: readonly ListenSpec[], clock: Pick<Clock, 'now'>, interfaces = machineInterfaces) {
    this.#specs = specs
    this.#interfaces = new Remembered(rememberMs, clock, interfaces)
  }

  get hosts(): readonly string[] {
    return [...new Set(this.#specs.flatMap((spec) => this.#hostsOf(spec)))]
  }

  has(host: string, port: number | undefined): boolean {
    return this.#specs.some((spec) => {
      const ports = [spec.port, spec.advertisedPort ?? spec.port]
      return ports.includes(port ?? 5060) && this.#hostsOf(spec).includes(host.toLowerCase())
    })
  }

  #hostsOf({ address, advertisedHost }: ListenSpec): readonly string[] {
    const isWildcard = address === '0.0.0.0' || address === '::'
    const own = isWildcard ? this.#machineAddresses(address === '::' ? 'IPv6' : 'IPv4') : [address]
    return [...own, ...(advertisedHost === undefined ? [] : [advertisedHost])].map(bracketed)
  }

  #machineAddresses(family: 'IPv4' | 'IPv6'): string[] {
    return Object.values(this.#interfaces.value)
      .flatMap((entries) => entries ?? [])
      .filter((entry) => entry.family === family)
      .map(({ address }) => address)
  }
}

function bracketed(host: string): string {
  const name = host.toLowerCase()
  return name.includes(':') && !name.startsWith('[') ? `[${name}]` : name
}
