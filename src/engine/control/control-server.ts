import { hash, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import { printHostPort } from '../message/host-port.ts'
import type { ListeningPoint } from '../transport/flow.ts'
import { ListenError } from '../transport/listen-error.ts'
import type { AppFrame, AuthenticateFrame, ProxyFrame, SipFrame } from './app-frame.ts'
import { Application, type ApplicationLimits } from './application.ts'
import type { ApplicationPool } from './application-pool.ts'

export interface ControlSpec {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  readonly secret: string
}

/** What authenticated applications may do. */
export interface ApplicationUser {
  onSip(application: Application, frame: SipFrame): void
  onProxy(application: Application, frame: ProxyFrame): void
  onGone(application: Application): void
}

export interface ControlServerOptions {
  readonly spec: ControlSpec
  readonly pool: ApplicationPool
  readonly user: ApplicationUser
  readonly listeningPoints: () => readonly ListeningPoint[]
  readonly limits: ApplicationLimits & { readonly maxApplications: number }
  readonly clock: Clock
  readonly log: Log
}

// drachtio-srf reads major, minor and patch of this, and pings from v0.8.2 on.
const version = 'v0.9.10-causeway'

// RFC 3261 §25.1: a method is a token.
const knownVerb = /^([!%'*+\-.0-9_`a-z~]{1,32}|cdr:(attempt|start|stop))$/

/** The server side of drachtio's control protocol: lets applications in and keeps the list of what they route. */
export class ControlServer implements Part {
  readonly name = 'control'
  readonly #options: ControlServerOptions
  readonly #applications = new Set<Application>()
  #server: Server | undefined

  constructor(options: ControlServerOptions) {
    this.#options = options
  }

  /** The bound port, 0 before the start. */
  get port(): number {
    const address = this.#server?.address() as AddressInfo | null | undefined
    return address?.port ?? 0
  }

  get applicationCount(): number {
    return this.#applications.size
  }

  async start(): Promise<void> {
    const { host, port } = this.#options.spec
    const server = createServer({ noDelay: true }, (socket) => this.accept(socket))
    server.listen({ host, port })
    try {
      await once(server, 'listening')
    } catch (cause) {
      throw new ListenError({ transport: 'tcp', address: host, port }, cause as NodeJS.ErrnoException)
    }
    this.#server = server
    this.#options.log.info({ host, port: this.port }, 'control port open')
  }

  async stop(): Promise<void> {
    const server = this.#server
    if (!server) return
    this.#server = undefined
    const closed = once(server, 'close')
    server.close()
    for (const application of this.#applications) application.close()
    await closed
  }

  /** Takes in a connection; those to the port come here. */
  accept(socket: Socket): void {
    const { limits, clock, log } = this.#options
    if (this.#applications.size >= limits.maxApplications) {
      log.warn({ remote: socket.remoteAddress }, 'too many applications')
      socket.destroy()
      return
    }
    const application = new Application(socket, limits, clock, log, {
      onFrame: (from, frame) => this.#onFrame(from, frame),
      onClosed: (from) => this.#onClosed(from),
    })
    this.#applications.add(application)
  }

  #onFrame(application: Application, frame: AppFrame): void {
    if (frame.type === 'authenticate') this.#authenticate(application, frame)
    else if (application.isAuthenticated) this.#obey(application, frame)
    else application.reject(frame.id, 'not authenticated')
  }

  #obey(application: Application, frame: Exclude<AppFrame, AuthenticateFrame>): void {
    const { pool, user } = this.#options
    switch (frame.type) {
      case 'sip':
        user.onSip(application, frame)
        break
      case 'proxy':
        user.onProxy(application, frame)
        break
      case 'route':
        this.#route(application, frame.id, frame.verb)
        break
      case 'remove_route':
        pool.removeRoute(frame.verb, application)
        application.ok(frame.id)
        break
      case 'ping':
        application.ok(frame.id, 'pong')
        break
    }
  }

  #route(application: Application, frameId: string, verb: string): void {
    if (knownVerb.test(verb)) {
      this.#options.pool.route(verb, application)
      application.ok(frameId)
    } else {
      application.reject(frameId, 'unsupported verb')
    }
  }

  #authenticate(application: Application, frame: AuthenticateFrame): void {
    const { spec, log } = this.#options
    if (!isSame(frame.secret, spec.secret)) {
      application.reject(frame.id, 'incorrect secret')
      return
    }
    application.authenticated(frame.tags)
    const points = this.#options.listeningPoints()
    const advertised = points.map(
      (p) => `${p.transport}/${printHostPort(p.advertisedHost, p.advertisedPort)}`,
    )
    const local = points.map((p) => `${p.transport}/${printHostPort(p.address, p.port)}`)
    application.ok(frame.id, `${advertised.join(',')}|${version}|${local.join(',')}`)
    log.info({ application: application.number, remote: application.remote }, 'application connected')
  }

  #onClosed(application: Application): void {
    this.#applications.delete(application)
    this.#options.pool.remove(application)
    if (!application.isAuthenticated) return
    this.#options.log.info(
      { application: application.number, remote: application.remote },
      'application gone',
    )
    this.#options.user.onGone(application)
  }
}

/** Compares without telling by its time how much was right. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => hash('sha256', text, 'buffer')
  return timingSafeEqual(digest(given), digest(expected))
}
