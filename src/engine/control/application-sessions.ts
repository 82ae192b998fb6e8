import { hash, timingSafeEqual } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { printHostPort } from '../message/host-port.ts'
import type { ListeningPoint } from '../transport/flow.ts'
import type { AppFrame, AuthenticateFrame, ProxyFrame, SipFrame } from './app-frame.ts'
import { Application, type ApplicationLimits } from './application.ts'
import type { ApplicationPool } from './application-pool.ts'

/** What authenticated applications may do. */
export interface ApplicationUser {
  onSip(application: Application, frame: SipFrame): void
  onProxy(application: Application, frame: ProxyFrame): void
  onGone(application: Application): void
}

export interface ApplicationSessionsOptions {
  readonly secret: string
  readonly pool: ApplicationPool
  readonly user: ApplicationUser
  readonly listeningPoints: () => readonly ListeningPoint[]
  readonly limits: ApplicationLimits
  readonly clock: Clock
  readonly log: Log
}

/** Told once: that the application has authenticated, or (false) that its connection has ended before. */
export type Admission = (isAuthenticated: boolean) => void

// drachtio-srf reads major, minor and patch of this, and pings from v0.8.2 on.
const version = 'v0.9.10-causeway'

// RFC 3261 §25.1: a method is a token.
const knownVerb = /^([!%'*+\-.0-9_`a-z~]{1,32}|cdr:(attempt|start|stop))$/

/** Sessions with applications, whoever opened the connection: the application speaks first in either case. */
export class ApplicationSessions {
  readonly #options: ApplicationSessionsOptions
  readonly #applications = new Map<Application, Admission>()

  constructor(options: ApplicationSessionsOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#applications.size
  }

  /** Begins a session on an open connection. */
  begin(socket: Socket, onAdmission: Admission = () => undefined): Application {
    const { limits, clock, log } = this.#options
    const application = new Application(socket, limits, clock, log, {
      onFrame: (from, frame) => this.#onFrame(from, frame),
      onClosed: (from) => this.#onClosed(from),
    })
    this.#applications.set(application, onAdmission)
    return application
  }

  close(): void {
    for (const application of this.#applications.keys()) application.close()
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
    const { secret, log, pool } = this.#options
    if (!isSame(frame.secret, secret)) {
      application.reject(frame.id, 'incorrect secret')
      return
    }
    const isFirst = !application.isAuthenticated
    application.authenticated(frame.tags)
    const points = this.#options.listeningPoints()
    const advertised = points.map(
      (p) => `${p.transport}/${printHostPort(p.advertisedHost, p.advertisedPort)}`,
    )
    const local = points.map((p) => `${p.transport}/${printHostPort(p.address, p.port)}`)
    application.ok(frame.id, `${advertised.join(',')}|${version}|${local.join(',')}`)
    if (!isFirst) return
    pool.add(application)
    log.info({ application: application.number, remote: application.remote }, 'application connected')
    this.#applications.get(application)?.(true)
  }

  #onClosed(application: Application): void {
    const onAdmission = this.#applications.get(application)
    this.#applications.delete(application)
    if (!application.isAuthenticated) {
      onAdmission?.(false)
      return
    }
    this.#options.pool.remove(application)
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
