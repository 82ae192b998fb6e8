import { networkInterfaces } from 'node:os'
import type { ListenSpec } from '../engine/transport/listen-spec.ts'

/** Hosts and ports that mean this box: what it listens on and what it advertises. IPv6 in brackets. */
export class OwnHosts {
  readonly #specs: readonly ListenSpec[]

  constructor(specs: readonly ListenSpec[]) {
    this.#specs = specs
  }

  get hosts(): readonly string[] {
    return [...new Set(this.#specs.flatMap((spec) => hostsOf(spec)))]
  }

  has(host: string, port: number | undefined): boolean {
    return this.#specs.some((spec) => {
      const ports = [spec.port, spec.advertisedPort ?? spec.port]
      return ports.includes(port ?? 5060) && hostsOf(spec).includes(host.toLowerCase())
    })
  }
}

function hostsOf({ address, advertisedHost }: ListenSpec): readonly string[] {
  const own = address === '0.0.0.0' ? machineAddresses(4) : address === '::' ? machineAddresses(6) : [address]
  return [...own, ...(advertisedHost === undefined ? [] : [advertisedHost])].map(bracketed)
}

function machineAddresses(family: 4 | 6): string[] {
  return Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter((entry) => entry.family === `IPv${family}`)
    .map(({ address }) => address)
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host.toLowerCase()
}
