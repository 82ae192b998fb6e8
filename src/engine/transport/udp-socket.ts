import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { ListenError } from './listen-error.ts'
import type { ListenSpec } from './listen-spec.ts'

/** Linux keeps connected and unconnected sockets on one port apart as `UdpProbe` needs it. */
const canSharePorts = process.platform === 'linux'

export interface BoundUdpSocket {
  readonly socket: Socket
  /** Whether other sockets of ours may be bound to the same port. */
  readonly isShared: boolean
}

type LookedUp = (error: Error | null, address: string, family: number) => void

/** Opens a socket for SIP. Rejects with a ListenError. */
export async function bindUdp(spec: ListenSpec, wantsShared: boolean): Promise<BoundUdpSocket> {
  if (!wantsShared || !canSharePorts) return { socket: await bind(spec, spec.port, false), isShared: false }
  for (let attempt = 1; ; attempt++) {
    try {
      return { socket: await bindShared(spec), isShared: true }
    } catch (error) {
      // A port that the system chose may be given to another program between the two binds: choose again.
      if (spec.port !== 0 || attempt === 5) throw error
    }
  }
}

/** Alone first, which fails if anyone at all has the port; then again so that it can be shared. */
async function bindShared(spec: ListenSpec): Promise<Socket> {
  const alone = await bind(spec, spec.port, false)
  const { port } = alone.address()
  await closeUdp(alone)
  return bind(spec, port, true)
}

export async function closeUdp(socket: Socket): Promise<void> {
  const isClosed = once(socket, 'close')
  socket.close()
  await isClosed
}

async function bind(spec: ListenSpec, port: number, reusePort: boolean): Promise<Socket> {
  const isVersion6 = isIPv6(spec.address)
  const socket = createSocket({
    type: isVersion6 ? 'udp6' : 'udp4',
    ipv6Only: isVersion6,
    reusePort,
    lookup: answerNumeric,
  })
  try {
    const isListening = once(socket, 'listening')
    socket.bind({ port, address: spec.address, exclusive: true })
    await isListening
    return socket
  } catch (cause) {
    socket.close()
    throw new ListenError(spec, cause as NodeJS.ErrnoException)
  }
}

/** Hops are numeric already: sending must not wait for a resolver. */
function answerNumeric(address: string, options: unknown, done: LookedUp): void {
  const family = typeof options === 'number' ? options : isIPv6(address) ? 6 : 4
  done(null, address, family)
}
