import { connect, type Socket } from 'node:net'
import { hostPort } from './host-port.ts'

export interface DialTarget {
  readonly address: string
  readonly port: number
  /** Address to connect from; undefined lets the system choose. */
  readonly localAddress: string | undefined
}

/** Opens a TCP connection. Rejects with an Error that names the target. */
export function dialTcp(target: DialTarget, timeoutMs: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const { address, port, localAddress } = target
  const socket = connect({ host: address, port, ...(localAddress && { localAddress }) })
  const fail = (cause: Error) => {
    socket.destroy()
    reject(new Error(`cannot connect to tcp ${hostPort(address, port)}: ${cause.message}`, { cause }))
  }
  const onTimeout = () => fail(new Error(`no answer within ${timeoutMs} ms`))
  socket.setTimeout(timeoutMs, onTimeout)
  socket.once('error', fail)
  socket.once('connect', () => {
    if (isWithItself(socket)) {
      fail(new Error('nobody listens there'))
      return
    }
    socket.removeListener('error', fail)
    socket.removeListener('timeout', onTimeout)
    resolve(socket)
  })
  return promise
}

/**
 * TCP connects a port of this machine that nobody listens at with itself when the system happens to choose the same one to
 * connect from (RFC 9293 §3.5, simultaneous open).
 */
export function isWithItself({ localAddress, localPort, remoteAddress, remotePort }: Socket): boolean {
  return localPort === remotePort && localAddress === remoteAddress
}
