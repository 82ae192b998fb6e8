import type { NetworkNamespace } from './network-namespace.ts'

interface CableEnd {
  readonly namespace: NetworkNamespace
  /** Name of the interface. */
  readonly port: string
}

/** A cable between two namespaces that can be cut and mended. */
export class NetworkCable {
  readonly near: CableEnd
  readonly far: CableEnd

  constructor(near: CableEnd, far: CableEnd) {
    this.near = near
    this.far = far
  }

  lay(): void {
    const { near, far } = this
    const peer = ['type', 'veth', 'peer', 'name', far.port, 'netns', far.namespace.name]
    near.namespace.ip('link', 'add', near.port, ...peer)
    near.namespace.ip('link', 'set', near.port, 'up')
    far.namespace.ip('link', 'set', far.port, 'up')
  }

  /** Nothing passes any more. Routes and addresses at the near end stay: whoever is there is not told. */
  cut(): void {
    this.far.namespace.ip('link', 'set', this.far.port, 'down')
  }

  mend(): void {
    this.far.namespace.ip('link', 'set', this.far.port, 'up')
  }
}
