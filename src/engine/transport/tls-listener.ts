import type { Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { Log } from '../../lib/log.ts'
import type { ListeningPoint } from './flow.ts'
import { ListenError } from './listen-error.ts'
import type { ListenSpec } from './listen-spec.ts'
import { TcpListener } from './tcp-listener.ts'
import type { TlsCredentials } from './tls-credentials.ts'
import { TlsEndpoint } from './tls-endpoint.ts'

/** Who decides which connections may stay, and takes those that are ready for SIP. */
export interface Entrance {
  admit(socket: Socket): boolean
  serve(socket: Socket, point: ListeningPoint): void
}

export interface TlsListenerParts {
  readonly entrance: Entrance
  readonly log: Log
}

/** Accepts TLS connections for one listening point. */
export class TlsListener {
  readonly #listener: TcpListener
  readonly #endpoint: TlsEndpoint

  /** Starts listening. Rejects with a ListenError, also for a certificate that is of no use. */
  static async open(spec: ListenSpec, { entrance, log }: TlsListenerParts): Promise<TlsListener> {
    const endpoint = endpointFor(spec, log, (socket) => entrance.serve(socket, listener.point))
    const listener = await TcpListener.open(spec, (socket) => {
      if (entrance.admit(socket)) endpoint.accept(socket)
    })
    return new TlsListener(listener, endpoint)
  }

  private constructor(listener: TcpListener, endpoint: TlsEndpoint) {
    this.#listener = listener
    this.#endpoint = endpoint
  }

  get point(): ListeningPoint {
    return this.#listener.point
  }

  /** For connections that leave by this point. */
  get clientContext(): SecureContext {
    return this.#endpoint.clientContext
  }

  replaceCredentials(credentials: TlsCredentials): void {
    this.#endpoint.replace(credentials)
  }

  close(): Promise<void> {
    return this.#listener.close()
  }
}

function endpointFor(spec: ListenSpec, log: Log, onSecure: (socket: Socket) => void): TlsEndpoint {
  try {
    if (!spec.tls) throw new Error('it needs a certificate')
    return new TlsEndpoint(spec.tls, log, onSecure)
  } catch (cause) {
    throw new ListenError(spec, cause as NodeJS.ErrnoException)
  }
}
