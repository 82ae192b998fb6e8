import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type ListenOptions } from 'node:net'

// Below what Linux gives to port 0 (32768 and up), so that no socket opened in passing takes the port between two programs
// that use it in turn; and clear of the media ports of baresip and rtpengine.
const first = 20_000
const count = 10_000

/**
 * A port that is free for UDP and TCP now, for programs that cannot take port 0. While this process lives it is given to
 * nobody again, neither here nor in another process of the tests.
 */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < 200; tries += 1) {
    const port = first + Math.floor(Math.random() * count)
    if (!(await isOurs(port))) continue
    if ((await isFreeForTcp(port, address)) && (await isFreeForUdp(port, address))) return port
  }
  throw new Error(`no free port at ${address} from ${first} to ${first + count - 1}`)
}

/** Of all processes one can listen to an abstract socket (unix(7)), and the kernel takes it back when that one ends. */
async function isOurs(port: number): Promise<boolean> {
  const server = createServer()
  const isListening = await canListen(server, { path: `\0causeway-test-port-${port}` })
  server.unref()
  return isListening
}

async function isFreeForTcp(port: number, host: string): Promise<boolean> {
  const server = createServer()
  const isFree = await canListen(server, { port, host })
  if (isFree) await new Promise((resolve) => server.close(resolve))
  return isFree
}

function canListen(server: ReturnType<typeof createServer>, options: ListenOptions): Promise<boolean> {
  server.listen(options)
  return once(server, 'listening').then(
    () => true,
    () => false,
  )
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
