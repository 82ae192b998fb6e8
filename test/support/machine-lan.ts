import type { NetworkCable } from './network-cable.ts'
import { NetworkHost } from './network-host.ts'
import { NetworkSwitch } from './network-switch.ts'

export interface MachineLanOptions {
  /** Name of the machine's interface. */
  readonly port?: string
  /** `10.66.0.2`; without it the machine has to get one itself. */
  readonly address?: string
}

/** A switch with a machine at it, which the test boots, and beside it a computer with phones. */
export class MachineLan {
  readonly machine = new NetworkHost()
  readonly phones = new NetworkHost()
  readonly phonesAddress = '10.66.0.9'
  readonly #switch = new NetworkSwitch()
  readonly #options: MachineLanOptions
  #cable: NetworkCable | undefined

  constructor(options: MachineLanOptions) {
    this.#options = options
  }

  create(): void {
    const { port = 'eth0', address } = this.#options
    this.#switch.create()
    for (const host of [this.machine, this.phones]) host.create()
    this.phones.plug(this.#switch, `${this.phonesAddress}/24`)
    this.#cable = this.#switch.plug(this.machine.namespace, port)
    if (address) this.machine.namespace.ip('address', 'add', `${address}/24`, 'dev', port)
  }

  /** The machine's cable. */
  get cable(): NetworkCable {
    if (!this.#cable) throw new Error('there is no network yet')
    return this.#cable
  }

  remove(): void {
    for (const { namespace } of [this.machine, this.phones, this.#switch]) namespace.remove()
  }
}
