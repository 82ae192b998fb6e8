import type { Socket } from 'node:net'

/** How many connections there are, and with whom: from the first packet on, whatever becomes of them. */
export class ConnectionCount {
  readonly #byAddress = new Map<string, number>()
  #all = 0

  get all(): number {
    return this.#all
  }

  of(address: string): number {
    return this.#byAddress.get(address) ?? 0
  }

  /** Counts a connection until it closes. */
  add(socket: Socket): void {
    const address = socket.remoteAddress ?? ''
    this.#change(address, 1)
    socket.once('close', () => this.#change(address, -1))
  }

  #change(address: string, by: number): void {
    this.#all += by
    const count = this.of(address) + by
    if (count > 0) this.#byAddress.set(address, count)
    else this.#byAddress.delete(address)
  }
}
