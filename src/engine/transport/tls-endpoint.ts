import type { Socket } from 'node:net'
import { createServer, type SecureContext, type Server, type TLSSocket } from 'node:tls'
import type { Log } from '../../lib/log.ts'
import {
  clientContext,
  contextsByName,
  serverContextOptions,
  type TlsCredentials,
} from './tls-credentials.ts'

/** The certificate of one listening point at work: handshakes with clients, and the context for servers. */
export class TlsEndpoint {
  readonly #server: Server
  #clientContext: SecureContext
  #byName: ReadonlyMap<string, SecureContext>

  /** `onSecure` gets each connection whose handshake went well. Throws when the credentials are of no use. */
  constructor(credentials: TlsCredentials, log: Log, onSecure: (socket: TLSSocket) => void) {
    this.#clientContext = clientContext(credentials)
    this.#byName = contextsByName(credentials)
    this.#server = createServer({
      ...serverContextOptions(credentials),
      // Without a match the first certificate is shown: the client may know it by other means.
      SNICallback: (name, done) => done(null, this.#byName.get(name.toLowerCase())),
      requestCert: credentials.requestClientCertificate ?? false,
      // A client without a certificate is no worse than one on TCP; one with a bad certificate is refused below.
      rejectUnauthorized: false,
    })
    const refuse = (socket: Socket, why: string) => {
      log.debug({ remote: socket.remoteAddress, why }, 'tls handshake failed')
      socket.destroy()
    }
    this.#server.on('tlsClientError', (cause, socket) => refuse(socket, cause.message))
    this.#server.on('secureConnection', (socket) => {
      if (showsBadCertificate(socket)) refuse(socket, String(socket.authorizationError))
      else onSecure(socket)
    })
  }

  get clientContext(): SecureContext {
    return this.#clientContext
  }

  /** Begins the handshake with a client; how long that may take is the caller's business. */
  accept(socket: Socket): void {
    this.#server.emit('connection', socket)
  }

  /** Uses other credentials from the next handshake on; open connections go on. Throws when they are of no use. */
  replace(credentials: TlsCredentials): void {
    const context = clientContext(credentials)
    const byName = contextsByName(credentials)
    this.#server.setSecureContext(serverContextOptions(credentials))
    this.#clientContext = context
    this.#byName = byName
  }
}

function showsBadCertificate(socket: TLSSocket): boolean {
  return !socket.authorized && Object.keys(socket.getPeerCertificate() ?? {}).length > 0
}
