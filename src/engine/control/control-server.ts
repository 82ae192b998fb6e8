import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import { ListenError } from '../transport/listen-error.ts'
import { serverContextOptions, type TlsCredentials } from '../transport/tls-credentials.ts'
import type { ApplicationSessions } from './application-sessions.ts'

export interface ControlSpec {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  readonly secret: string
  /** For a second port, and for connections to applications that listen for TLS. */
  readonly tls?: ControlTls | undefined
}

export interface ControlTls {
  /** 0 lets the system choose; undefined: no port, only connections to applications. */
  readonly port: number | undefined
  readonly credentials: TlsCredentials
}

export interface ControlServerOptions {
  readonly spec: ControlSpec
  readonly sessions: Pick<ApplicationSessions, 'begin' | 'close' | 'count'>
  /** Connections at a time, on each port. */
  readonly maxApplications: number
  readonly handshakeWithinMs: number
  readonly clock: Clock
  readonly log: Log
}

// What is still open then has no session that could be ended in good order.
const stopWithinMs = 2_000

/** Where applications connect, plainly or by TLS. */
export class ControlServer implements Part {
  readonly name = 'control'
  readonly #options: ControlServerOptions
  readonly #sockets = new Set<Socket>()
  #plain: Server | undefined
  #secure: TlsServer | undefined

  constructor(options: ControlServerOptions) {
    this.#options = options
  }

  /** The bound port, 0 before the start. */
  get port(): number {
    return portOf(this.#plain)
  }

  /** The bound port for TLS; 0 before the start, or when there is none. */
  get tlsPort(): number {
    return portOf(this.#secure)
  }

  /** Rejects with a ListenError; then nothing is open. */
  async start(): Promise<void> {
    const { spec, sessions, log } = this.#options
    try {
      this.#plain = createServer({ noDelay: true }, (socket) => sessions.begin(socket))
      await this.#listen(this.#plain, spec.port)
      log.info({ host: spec.host, port: this.port }, 'control port open')
      if (spec.tls?.port === undefined) return
      this.#secure = this.#secureServer(spec.tls.credentials)
      await this.#listen(this.#secure, spec.tls.port)
      log.info({ host: spec.host, port: this.tlsPort }, 'control port for TLS open')
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    const servers = [this.#plain, this.#secure].filter((server) => server?.listening) as Server[]
    this.#plain = undefined
    this.#secure = undefined
    const closed = servers.map((server) => once(server, 'close'))
    for (const server of servers) server.close()
    const { sessions, clock } = this.#options
    const patience = sessions.count > 0 ? stopWithinMs : 0
    sessions.close()
    const impatience = clock.after(patience, () => {
      for (const socket of this.#sockets) socket.destroy()
    })
    await Promise.all(closed)
    impatience.cancel()
  }

  /** Shows another certificate from now on. Throws, and changes nothing, when it is of no use. */
  replaceCredentials(credentials: TlsCredentials): void {
    this.#secure?.setSecureContext(serverContextOptions(credentials))
  }

  /** Throws a ListenError when the certificate is of no use. */
  #secureServer(credentials: TlsCredentials): TlsServer {
    const { spec, sessions, handshakeWithinMs, log } = this.#options
    const options = { ...serverContextOptions(credentials), handshakeTimeout: handshakeWithinMs }
    try {
      const server = createTlsServer(options, (socket) => sessions.begin(socket))
      server.on('tlsClientError', (cause, socket) =>
        log.info({ remote: socket.remoteAddress, cause: cause.message }, 'no TLS with an application'),
      )
      return server
    } catch (cause) {
      const port = spec.tls?.port ?? 0
      throw new ListenError({ transport: 'tls', address: spec.host, port }, cause as NodeJS.ErrnoException)
    }
  }

  async #listen(server: Server, port: number): Promise<void> {
    const { spec, maxApplications, log } = this.#options
    const { host } = spec
    server.maxConnections = maxApplications
    server.on('drop', (data) => log.warn({ remote: data?.remoteAddress }, 'too many applications'))
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    server.listen({ host, port })
    try {
      await once(server, 'listening')
    } catch (cause) {
      throw new ListenError({ transport: 'tcp', address: host, port }, cause as NodeJS.ErrnoException)
    }
  }
}

const portOf = (server: Server | undefined): number =>
  (server?.address() as AddressInfo | null | undefined)?.port ?? 0
