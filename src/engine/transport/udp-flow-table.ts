import type { UdpFlow } from './udp-flow.ts'

/** The UDP peers of one socket, oldest forgotten first. Two levels of maps, so that a look-up builds no key. */
export class UdpFlowTable {
  readonly #byAddress = new Map<string, Map<number, UdpFlow>>()
  readonly #limit: number
  #size = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#size
  }

  find(address: string, port: number): UdpFlow | undefined {
    return this.#byAddress.get(address)?.get(port)
  }

  add(flow: UdpFlow): void {
    if (this.#size >= this.#limit) this.#forgetOldest()
    const byPort = this.#byAddress.get(flow.remoteAddress)
    if (byPort) byPort.set(flow.remotePort, flow)
    else this.#byAddress.set(flow.remoteAddress, new Map([[flow.remotePort, flow]]))
    this.#size++
  }

  /** A forgotten flow can still be sent on by who holds it. */
  #forgetOldest(): void {
    const address = this.#byAddress.keys().next().value
    const byPort = address === undefined ? undefined : this.#byAddress.get(address)
    const port = byPort?.keys().next().value
    if (address === undefined || !byPort || port === undefined) return
    byPort.delete(port)
    if (byPort.size === 0) this.#byAddress.delete(address)
    this.#size--
  }
}
