import type { Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { Log } from '../../lib/log.ts'
import type { ListeningPoint } from './flow.ts'
import { ListenError } from './listen-error.ts'
import type { ListenSpec } from './listen-spec.ts'
import type { OpenPoint } from './open-point.ts'
import { TcpListener } from './tcp-listener.ts'
import type { TlsCredentials } from './tls-credentials.ts'
import { TlsEndpoint } from './tls-endpoint.ts'
import { isSecure } from './transport-name.ts'
import { WebSocketEntrance } from './websocket-entrance.ts'

/** Who decides which connections may stay, and takes those that are ready for SIP. */
export interface Entrance {
  admit(socket: Socket): boolean
  serve(socket: Socket, point: ListeningPoint, head?: Buffer): void
}

export interface StreamListenerParts {
  readonly entrance: Entrance
  readonly log: Log
}

/** Accepts connections for one listening point, and has each shake hands as its transport asks: TCP, TLS, WS, WSS. */
export class StreamListener {
  readonly #listener: TcpListener
  readonly #endpoint: TlsEndpoint | undefined

  /** Starts listening. Rejects with a ListenError, also for a certificate that is of no use. */
  static async open(spec: ListenSpec, { entrance, log }: StreamListenerParts): Promise<StreamListener> {
    const serve = (socket: Socket, head?: Buffer) => entrance.serve(socket, listener.point, head)
    const webSockets = isWebSocket(spec) ? new WebSocketEntrance(serve) : undefined
    const onClear = (socket: Socket) => (webSockets ? webSockets.accept(socket) : serve(socket))
    const endpoint = isSecure(spec.transport) ? endpointFor(spec, log, onClear) : undefined
    const listener = await TcpListener.open(spec, (socket) => {
      if (!entrance.admit(socket)) return
      if (endpoint) endpoint.accept(socket)
      else onClear(socket)
    })
    return new StreamListener(listener, endpoint)
  }

  private constructor(listener: TcpListener, endpoint: TlsEndpoint | undefined) {
    this.#listener = listener
    this.#endpoint = endpoint
  }

  get point(): OpenPoint {
    return this.#listener.point
  }

  /** For connections that leave by this point; undefined when they are not secure. */
  get clientContext(): SecureContext | undefined {
    return this.#endpoint?.clientContext
  }

  /** Throws when they are of no use. */
  replaceCredentials(credentials: TlsCredentials): void {
    this.#endpoint?.replace(credentials)
  }

  close(): Promise<void> {
    return this.#listener.close()
  }
}

function isWebSocket({ transport }: ListenSpec): boolean {
  return transport === 'ws' || transport === 'wss'
}

function endpointFor(spec: ListenSpec, log: Log, onSecure: (socket: Socket) => void): TlsEndpoint {
  try {
    if (!spec.tls) throw new Error('it needs a certificate')
    return new TlsEndpoint(spec.tls, log, onSecure)
  } catch (cause) {
    throw new ListenError(spec, cause as NodeJS.ErrnoException)
  }
}
