import type { StreamConnection } from './stream-connection.ts'

/**
 * Open streams by the far end's address and port. An inbound stream is found too, but only by the port it came from:
 * a target that names this very port is the same host and process (RFC 5923 would need a certificate for more).
 */
export class StreamTable {
  readonly #open = new Set<StreamConnection>()
  readonly #byPeer = new Map<string, StreamConnection>()

  get size(): number {
    return this.#open.size
  }

  find(address: string, port: number): StreamConnection | undefined {
    const found = this.#byPeer.get(keyOf(address, port))
    return found?.isOpen ? found : undefined
  }

  add(connection: StreamConnection): void {
    this.#open.add(connection)
    this.#byPeer.set(keyOf(connection.remoteAddress, connection.remotePort), connection)
  }

  remove(connection: StreamConnection): void {
    this.#open.delete(connection)
    const key = keyOf(connection.remoteAddress, connection.remotePort)
    if (this.#byPeer.get(key) === connection) this.#byPeer.delete(key)
  }

  [Symbol.iterator](): IterableIterator<StreamConnection> {
    return this.#open.values()
  }
}

function keyOf(address: string, port: number): string {
  return `${address} ${port}`
}
