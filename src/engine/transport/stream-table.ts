import type { Hop } from './hop.ts'
import type { StreamConnection } from './stream-connection.ts'

/**
 * Open streams by the far end's transport, address and port, and for TLS by the name that its certificate was checked
 * for. An inbound stream is found too, but only by the address and port it came from: a target that names these very
 * ones is the same host and process (RFC 5923 would need a certificate for more).
 */
export class StreamTable {
  readonly #open = new Set<StreamConnection>()
  readonly #byPeer = new Map<string, StreamConnection>()

  get size(): number {
    return this.#open.size
  }

  find(hop: Hop): StreamConnection | undefined {
    const found = this.#byPeer.get(peerKey(hop))
    return found?.isOpen ? found : undefined
  }

  /** `host` is the name that the stream was opened to; the address itself for one that others opened. */
  add(connection: StreamConnection, host = connection.remoteAddress): void {
    this.#open.add(connection)
    this.#byPeer.set(keyOf(connection, host), connection)
  }

  remove(connection: StreamConnection, host = connection.remoteAddress): void {
    if (!this.#open.delete(connection)) return
    const key = keyOf(connection, host)
    if (this.#byPeer.get(key) === connection) this.#byPeer.delete(key)
  }

  [Symbol.iterator](): IterableIterator<StreamConnection> {
    return this.#open.values()
  }
}

/** The same for all hops that may share a stream. */
export function peerKey({ transport, address, port, host }: Hop): string {
  return transport === 'tls'
    ? `tls ${address} ${port} ${host.toLowerCase()}`
    : `${transport} ${address} ${port}`
}

function keyOf({ transport, remoteAddress, remotePort }: StreamConnection, host: string): string {
  return peerKey({ transport, address: remoteAddress, port: remotePort, host })
}
