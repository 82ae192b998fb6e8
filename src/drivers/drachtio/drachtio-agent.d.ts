// What we use of drachtio-srf below its public types: the agent that connects, authenticates and routes.
declare module 'drachtio-srf/lib/drachtio-agent.js' {
  import type { EventEmitter } from 'node:events'
  import type { Socket } from 'node:net'

  interface WireProtocol extends EventEmitter {
    closing?: boolean
    reconnectVars?: { retryTimer: NodeJS.Timeout | null }
  }

  export interface ConnectOptions {
    readonly host: string
    readonly port: number
    readonly secret: string
    readonly tags?: readonly string[]
    readonly reconnect?: { readonly retryMaxDelay?: number }
  }

  export default class DrachtioAgent extends EventEmitter {
    constructor(onRequest: (request: unknown, response: unknown) => void)
    readonly wp: WireProtocol | undefined
    readonly mapServer: Map<Socket, unknown>
    connect(options: ConnectOptions): void
    route(verb: string): void
    /** One frame from the server, without its length. */
    _onMsg(socket: Socket, payload: string): void
  }
}
