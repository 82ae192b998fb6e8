import { machineInterfaces } from '../../lib/machine-interfaces.ts'
import { advertisedHostOf } from './advertised-host.ts'
import type { ListeningPoint } from './flow.ts'
import type { ListenSpec } from './listen-spec.ts'

/** Of a machine whose address changes all the time. */
const mostFormerHosts = 4

/** A place that is listened on. Flows hold on to it, so when the machine's address changes it stays the same object. */
export class OpenPoint implements ListeningPoint {
  readonly transport: ListeningPoint['transport']
  readonly address: string
  readonly port: number
  readonly advertisedPort: number
  readonly #spec: Pick<ListenSpec, 'address' | 'advertisedHost'>
  readonly #interfaces: typeof machineInterfaces
  #advertisedHost: string
  #formerHosts: readonly string[] = []

  /** `port` is the bound one. */
  constructor(spec: ListenSpec, port: number, interfaces = machineInterfaces) {
    this.transport = spec.transport
    this.address = spec.address
    this.port = port
    this.advertisedPort = spec.advertisedPort ?? port
    this.#spec = spec
    this.#interfaces = interfaces
    this.#advertisedHost = advertisedHostOf(spec, undefined, interfaces)
  }

  get advertisedHost(): string {
    return this.#advertisedHost
  }

  get formerHosts(): readonly string[] {
    return this.#formerHosts
  }

  /** After the machine's addresses have changed. */
  readdress(): void {
    const before = this.#advertisedHost
    this.#advertisedHost = advertisedHostOf(this.#spec, before, this.#interfaces)
    if (this.#advertisedHost !== before)
      this.#formerHosts = [before, ...this.#formerHosts].slice(0, mostFormerHosts)
  }
}
