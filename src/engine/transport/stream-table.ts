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
    // Who has the flow was settled when it began: a name says nothing more.
    const found = this.#byPeer.get(hop.isFlow ? placeKey(hop) : peerKey(hop))
    return found?.isOpen ? found : undefined
  }

  /** `host` is the name that the stream was opened to; the address itself for one that others opened. */
  add(connection: StreamConnection, host = connection.remoteAddress): void {
    this.#open.add(connection)
    for (const key of keysOf(connection, host)) this.#byPeer.set(key, connection)
  }

  remove(connection: StreamConnection, host = connection.remoteAddress): void {
    if (!this.#open.delete(connection)) return
    for (const key of keysOf(connection, host))
      if (this.#byPeer.get(key) === connection) this.#byPeer.delete(key)
  }

  [Symbol.iterator](): IterableIterator<StreamConnection> {
    return this.#open.values()
  }
}

/** The same for all hops that may share a stream. */
export function peerKey(hop: Hop): string {
  return hop.transport === 'tls' ? `${placeKey(hop)} ${hop.host.toLowerCase()}` : placeKey(hop)
}

function placeKey({ transport, address, port }: Pick<Hop, 'transport' | 'address' | 'port'>): string {
  return `${transport} ${address} ${port}`
}

function keysOf({ transport, remoteAddress, remotePort }: StreamConnection, host: string): string[] {
  const hop: Hop = { transport, address: remoteAddress, port: remotePort, host }
  return transport === 'tls' ? [peerKey(hop), placeKey(hop)] : [peerKey(hop)]
}
