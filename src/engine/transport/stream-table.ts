import type { StreamConnection } from './stream-connection.ts'

/**
 * Open streams by the far end's address and port. An inbound stream is found too, but only by the port it came from:
 * a target that names this very port is the same host and process (RFC 5923 would need a certificate for more).
 */
export class StreamTable {
  readonly #open = new Set<StreamConnection>()
  readonly #byPeer = new Map<string, StreamConnection>()
  readonly #countByAddress = new Map<string, number>()

  get size(): number {
    return this.#open.size
  }

  /** Open streams to and from an address. */
  countOf(address: string): number {
    return this.#countByAddress.get(address) ?? 0
  }

  find(address: string, port: number): StreamConnection | undefined {
    const found = this.#byPeer.get(keyOf(address, port))
    return found?.isOpen ? found : undefined
  }

  add(connection: StreamConnection): void {
    this.#open.add(connection)
    this.#count(connection.remoteAddress, 1)
    this.#byPeer.set(keyOf(connection.remoteAddress, connection.remotePort), connection)
  }

  remove(connection: StreamConnection): void {
    if (!this.#open.delete(connection)) return
    this.#count(connection.remoteAddress, -1)
    const key = keyOf(connection.remoteAddress, connection.remotePort)
    if (this.#byPeer.get(key) === connection) this.#byPeer.delete(key)
  }

  #count(address: string, change: number): void {
    const count = this.countOf(address) + change
    if (count > 0) this.#countByAddress.set(address, count)
    else this.#countByAddress.delete(address)
  }

  [Symbol.iterator](): IterableIterator<StreamConnection> {
    return this.#open.values()
  }
}

function keyOf(address: string, port: number): string {
  return `${address} ${port}`
}
