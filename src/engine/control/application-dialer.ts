import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, type SecureContext } from 'node:tls'
import type { Clock } from '../../lib/clock.ts'
import type { Application } from './application.ts'
import type { ApplicationSessions } from './application-sessions.ts'
import type { ApplicationAddress } from './route-decision.ts'

export interface ApplicationDialerOptions {
  readonly sessions: Pick<ApplicationSessions, 'begin'>
  /** Connections that were opened here, at a time: an application closes them when it has no use for them any more. */
  readonly maxDialed: number
  /** For the connection and, by TLS, the handshake. */
  readonly connectWithinMs: number
  /** What TLS shows and trusts, asked for at each connection; undefined for what Node.js trusts. */
  readonly tlsContext: () => SecureContext | undefined
  readonly clock: Clock
}

/** No application could be had at the address. */
export class ApplicationUnreachable extends Error {
  override readonly name = 'ApplicationUnreachable'

  constructor({ host, port }: ApplicationAddress, why: string) {
    super(`no application at ${host} port ${port}: ${why}`)
  }
}

/** Connects to applications that listen (`srf.listen`). */
export class ApplicationDialer {
  readonly #options: ApplicationDialerOptions
  readonly #sockets = new Set<Socket>()

  constructor(options: ApplicationDialerOptions) {
    this.#options = options
  }

  /** Resolves when the application has authenticated. Rejects with ApplicationUnreachable. */
  dial(address: ApplicationAddress): Promise<Application> {
    const { sessions, maxDialed, connectWithinMs, clock } = this.#options
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new ApplicationUnreachable(address, why))
      if (this.#sockets.size >= maxDialed) return fail(`${maxDialed} connections are open already`)
      const socket = this.#open(address)
      this.#sockets.add(socket)
      const impatience = clock.after(connectWithinMs, () =>
        socket.destroy(new Error('no connection in time')),
      )
      const onError = (cause: Error): void => fail(cause.message)
      socket.on('error', onError)
      socket.on('close', () => {
        impatience.cancel()
        this.#sockets.delete(socket)
      })
      socket.once(address.isSecure ? 'secureConnect' : 'connect', () => {
        impatience.cancel()
        const application = sessions.begin(socket, (isAuthenticated) => {
          if (isAuthenticated) resolve(application)
          else fail('it did not authenticate')
        })
        socket.removeListener('error', onError)
      })
    })
  }

  /** Ends what has not become a session yet. */
  close(): void {
    for (const socket of this.#sockets) if (socket.connecting) socket.destroy(new Error('stopped'))
  }

  #open({ host, port, isSecure }: ApplicationAddress): Socket {
    if (!isSecure) return connectTcp({ host, port, noDelay: true })
    const secureContext = this.#options.tlsContext()
    // RFC 6066 §3: addresses are not server names.
    const servername = isIP(host) ? '' : host
    return connectTls({ host, port, servername, ...(secureContext ? { secureContext } : {}) })
  }
}
