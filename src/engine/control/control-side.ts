import type { Part } from '../../lib/part.ts'
import { clientContext, type TlsCredentials } from '../transport/tls-credentials.ts'
import type { Application } from './application.ts'
import { ApplicationDialer } from './application-dialer.ts'
import { ApplicationSessions, type ApplicationSessionsOptions } from './application-sessions.ts'
import { ControlServer, type ControlSpec } from './control-server.ts'
import type { ApplicationAddress } from './route-decision.ts'

export interface ControlSideOptions extends Omit<ApplicationSessionsOptions, 'secret'> {
  readonly spec: ControlSpec
  /** Connections on each control port. */
  readonly maxApplications: number
  /** Connections to applications that listen. */
  readonly maxDialedApplications: number
}

const connectWithinMs = 3_000

/** The side of the engine that applications see, in both directions of connection. */
export class ControlSide implements Part {
  readonly name = 'control'
  readonly #sessions: ApplicationSessions
  readonly #server: ControlServer
  readonly #dialer: ApplicationDialer
  #credentials: TlsCredentials | undefined

  constructor(options: ControlSideOptions) {
    const { spec, clock, log, limits, maxApplications, maxDialedApplications } = options
    this.#credentials = spec.tls?.credentials
    this.#sessions = new ApplicationSessions({ ...options, secret: spec.secret })
    const sessions = this.#sessions
    const handshakeWithinMs = limits.authenticateWithinMs
    this.#server = new ControlServer({ spec, sessions, maxApplications, handshakeWithinMs, clock, log })
    this.#dialer = new ApplicationDialer({
      sessions,
      maxDialed: maxDialedApplications,
      connectWithinMs,
      tlsContext: () => this.#credentials && clientContext(this.#credentials),
      clock,
    })
  }

  get port(): number {
    return this.#server.port
  }

  get tlsPort(): number {
    return this.#server.tlsPort
  }

  get applicationCount(): number {
    return this.#sessions.count
  }

  /** Rejects with a ListenError; then nothing is open. */
  start(): Promise<void> {
    return this.#server.start()
  }

  async stop(): Promise<void> {
    this.#dialer.close()
    await this.#server.stop()
  }

  /** A new connection to an application that listens. Rejects with ApplicationUnreachable. */
  dial(address: ApplicationAddress): Promise<Application> {
    return this.#dialer.dial(address)
  }

  /** Shows another certificate from now on. Throws, and changes nothing, when it is of no use. */
  replaceCredentials(credentials: TlsCredentials): void {
    this.#server.replaceCredentials(credentials)
    if (this.#credentials) this.#credentials = credentials
  }
}
