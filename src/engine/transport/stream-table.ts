import type { Hop } from './hop.ts'
import type { StreamConnection } from './stream-connection.ts'

/**
 * Open streams by the far end's transport, address and port, and for TLS by the name that its certificate was checked
 * for. An inbound stream is found too: by the address and port it came from, since a target that names these very ones
 * is the same host and process; and by those that it has proved to have (RFC 5923).
 */
export class StreamTable {
  readonly #open = new Set<StreamConnection>()
  readonly #byPeer = new Map<string, StreamConnection>()
  /** By transport, address and advertised port; each stream has one alias at most. */
  readonly #aliases = new Map<string, StreamConnection>()
  readonly #aliasOf = new Map<StreamConnection, string>()

  get size(): number {
    return this.#open.size
  }

  find(hop: Hop): StreamConnection | undefined {
    // Who has the flow was settled when it began: a name says nothing more.
    const found = this.#byPeer.get(hop.isFlow ? placeKey(hop) : peerKey(hop)) ?? this.#byAlias(hop)
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
    this.#dropAlias(connection)
  }

  /** The stream also stands for a port that the far end listens on. The latest stream has it: the others may be dead. */
  alias(connection: StreamConnection, port: number): void {
    if (!this.#open.has(connection)) return
    const { transport, remoteAddress: address } = connection
    const key = placeKey({ transport, address, port })
    if (this.#aliasOf.get(connection) === key) return
    this.#dropAlias(connection)
    this.#aliasOf.set(connection, key)
    this.#aliases.set(key, connection)
  }

  /** RFC 5923 §5: on TLS only for a name that the certificate of the far end is for. */
  #byAlias(hop: Hop): StreamConnection | undefined {
    if (this.#aliases.size === 0) return undefined
    const found = this.#aliases.get(placeKey(hop))
    const isTheirs = hop.transport !== 'tls' || found?.provenNames.includes(hop.host.toLowerCase())
    return isTheirs ? found : undefined
  }

  #dropAlias(connection: StreamConnection): void {
    const key = this.#aliasOf.get(connection)
    if (key === undefined) return
    this.#aliasOf.delete(connection)
    if (this.#aliases.get(key) === connection) this.#aliases.delete(key)
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
