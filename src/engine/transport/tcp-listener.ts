import { once } from 'node:events'
import { createServer, isIPv6, type Server, type Socket } from 'node:net'
import type { ListeningPoint } from './flow.ts'
import { ListenError } from './listen-error.ts'
import type { ListenSpec } from './listen-spec.ts'
import { OpenPoint } from './open-point.ts'

const backlog = 1_024

/** Accepts TCP connections for one listening point, whatever is spoken over them. */
export class TcpListener {
  readonly point: OpenPoint
  readonly #server: Server

  /** Starts listening. Rejects with a ListenError. */
  static async open(
    spec: ListenSpec,
    onConnection: (socket: Socket, point: ListeningPoint) => void,
  ): Promise<TcpListener> {
    const server = createServer()
    try {
      const isListening = once(server, 'listening')
      server.listen({
        host: spec.address,
        port: spec.port,
        ipv6Only: isIPv6(spec.address),
        exclusive: true,
        backlog,
      })
      await isListening
    } catch (cause) {
      throw new ListenError(spec, cause as NodeJS.ErrnoException)
    }
    return new TcpListener(spec, server, onConnection)
  }

  private constructor(
    spec: ListenSpec,
    server: Server,
    onConnection: (socket: Socket, point: ListeningPoint) => void,
  ) {
    const bound = server.address()
    const port = typeof bound === 'object' && bound ? bound.port : spec.port
    this.point = new OpenPoint(spec, port)
    this.#server = server
    server.on('connection', (socket) => onConnection(socket, this.point))
  }

  /** Accepts no more. Streams that are open are their owner's to close; this waits for them. */
  async close(): Promise<void> {
    if (!this.#server.listening) return
    const isClosed = once(this.#server, 'close')
    this.#server.close()
    await isClosed
  }
}
