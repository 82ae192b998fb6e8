import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port that is free for UDP and TCP now: for programs that cannot take port 0. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (;;) {
    const server = createServer()
    server.listen(0, address)
    await once(server, 'listening')
    const bound = server.address()
    const port = bound && typeof bound === 'object' ? bound.port : 0
    const isFree = await isFreeForUdp(port, address)
    await new Promise((resolve) => server.close(resolve))
    if (isFree) return port
  }
}

async function isFreeForUdp(port: number, address: string): Promise<boolean> {
  const socket = createSocket('udp4')
  const { promise, resolve } = Promise.withResolvers<boolean>()
  socket.once('error', () => resolve(false))
  socket.bind({ port, address, exclusive: true }, () => resolve(true))
  const isFree = await promise
  await new Promise<void>((done) => socket.close(done))
  return isFree
}
