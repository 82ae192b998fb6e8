import type { TransportName } from './hop.ts'

/** Where a message came from or went to: for streams the connection, for UDP the pair of addresses (RFC 5626 §2). */
export interface Flow {
  /** Unique for the life of the process; for streams it names the connection. */
  readonly id: number
  readonly transport: TransportName
  readonly localAddress: string
  readonly localPort: number
  readonly remoteAddress: string
  readonly remotePort: number
  /** False once a stream has closed; UDP flows stay open. */
  readonly isOpen: boolean
  /** A stream that we opened. */
  readonly isOurs?: boolean
}

/** A place the engine listens on, and what it writes into Via, Contact and Record-Route for it. */
export interface ListeningPoint {
  readonly transport: TransportName
  readonly address: string
  /** The bound port, never 0 once started. */
  readonly port: number
  /** Of a wildcard address it changes with the machine's own. */
  readonly advertisedHost: string
  /** What it was before, the newest first: answers to what was sent then name it. */
  readonly formerHosts?: readonly string[]
  readonly advertisedPort: number
}
