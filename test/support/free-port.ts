import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

// Below what Linux gives to port 0 (32768 and up), so that no socket opened in passing takes the port between two programs
// that use it in turn; and clear of the media ports of baresip and rtpengine.
const first = 20_000
const count = 10_000
const given = new Set<string>()

/** A port that is free for UDP and TCP now, never given twice by one process: for programs that cannot take port 0. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < 200; tries += 1) {
    const port = first + Math.floor(Math.random() * count)
    if (given.has(`${address}:${port}`)) continue
    given.add(`${address}:${port}`)
    if ((await isFreeForTcp(port, address)) && (await isFreeForUdp(port, address))) return port
  }
  throw new Error(`no free port at ${address} from ${first} to ${first + count - 1}`)
}

async function isFreeForTcp(port: number, address: string): Promise<boolean> {
  const server = createServer()
  server.listen(port, address)
  const isFree = await once(server, 'listening').then(
    () => true,
    () => false,
  )
  if (isFree) await new Promise((resolve) => server.close(resolve))
  return isFree
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
