import { isIP, type Socket } from 'node:net'
import { connect, type SecureContext } from 'node:tls'
import { checkSipIdentity } from './certificate-identity.ts'
import type { Hop } from './hop.ts'
import { hostPort } from './host-port.ts'
import { dialTcp } from './tcp-dial.ts'

export interface TlsDialOptions {
  readonly localAddress: string | undefined
  readonly context: SecureContext
  /** False takes any certificate. */
  readonly isVerified: boolean
  /** For connecting and the handshake together. */
  readonly timeoutMs: number
}

/** Opens a TLS connection to a hop and checks that the server is its host. Rejects with an Error that names the hop. */
export async function dialTls(hop: Hop, options: TlsDialOptions): Promise<Socket> {
  const { localAddress, context, isVerified, timeoutMs } = options
  const { address, port, host } = hop
  const deadline = Date.now() + timeoutMs
  const bare = await dialTcp({ address, port, localAddress }, timeoutMs)
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const socket = connect({
    socket: bare,
    secureContext: context,
    // RFC 6066 §3: addresses are not server names.
    servername: isIP(host) ? '' : host,
    rejectUnauthorized: isVerified,
    checkServerIdentity: (_, certificate) => checkSipIdentity(host, certificate),
  })
  const fail = (cause: Error) => {
    clearTimeout(timer)
    socket.destroy()
    bare.destroy()
    reject(new Error(`cannot connect to tls ${hostPort(address, port)}: ${cause.message}`, { cause }))
  }
  const timer = setTimeout(
    () => fail(new Error(`no handshake within ${timeoutMs} ms`)),
    Math.max(0, deadline - Date.now()),
  )
  socket.once('error', fail)
  socket.once('secureConnect', () => {
    clearTimeout(timer)
    socket.removeListener('error', fail)
    resolve(socket)
  })
  return promise
}
