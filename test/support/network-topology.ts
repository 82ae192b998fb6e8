import { NatRouter, type NatRouterOptions } from './nat-router.ts'
import { NetworkHost } from './network-host.ts'
import { NetworkNamespace } from './network-namespace.ts'
import { NetworkSwitch } from './network-switch.ts'

interface Device {
  readonly namespace: NetworkNamespace
  create(): void
}

/** The network of one test: each device is a namespace, and nothing of it touches the machine's own network. */
export class NetworkTopology {
  readonly #namespaces: NetworkNamespace[] = []
  readonly #atExit = () => this.remove()

  constructor() {
    NetworkNamespace.removeOrphans()
    process.once('exit', this.#atExit)
  }

  host(): NetworkHost {
    return this.#add(new NetworkHost())
  }

  switch(): NetworkSwitch {
    return this.#add(new NetworkSwitch())
  }

  router(options: NatRouterOptions): NatRouter {
    return this.#add(new NatRouter(options))
  }

  /** Programs in the namespaces must have ended. May be called twice. */
  remove(): void {
    process.off('exit', this.#atExit)
    for (const namespace of this.#namespaces.splice(0)) namespace.remove()
  }

  #add<Made extends Device>(device: Made): Made {
    device.create()
    this.#namespaces.push(device.namespace)
    return device
  }
}
