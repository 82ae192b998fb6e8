import { NetworkCable } from './network-cable.ts'
import { NetworkNamespace } from './network-namespace.ts'

const bridge = 'switch'

/** An Ethernet switch in a namespace of its own. */
export class NetworkSwitch {
  readonly namespace = new NetworkNamespace()
  #ports = 0

  create(): void {
    this.namespace.create()
    this.namespace.ip('link', 'add', bridge, 'type', 'bridge', 'mcast_snooping', '0')
    this.namespace.ip('link', 'set', bridge, 'up')
  }

  /** A cable from that interface, which it makes, to the next port. */
  plug(namespace: NetworkNamespace, port: string): NetworkCable {
    const own = `port${this.#ports++}`
    const cable = new NetworkCable({ namespace, port }, { namespace: this.namespace, port: own })
    cable.lay()
    this.namespace.ip('link', 'set', own, 'master', bridge)
    return cable
  }

  /** A cable between two switches: both are one network until it is cut. */
  join(other: NetworkSwitch): NetworkCable {
    const own = `port${this.#ports++}`
    const cable = other.plug(this.namespace, own)
    this.namespace.ip('link', 'set', own, 'master', bridge)
    return cable
  }
}
