import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

// A program of its own: sends new requests over UDP as fast as told, each with a Call-ID and a branch of its own, and
// prints what it has sent and heard as JSON. It never sends an ACK or answers anything.

interface Task {
  readonly port: number
  readonly count: number
  readonly perSecond: number
  readonly withinMs: number
  /** Sent from one address, or from this many in turn. */
  readonly addresses: number
}

const task: Task = JSON.parse(process.argv[2] ?? '{}')
const tickMs = 5
const socketsOpen = 64
const methods = ['INVITE', 'OPTIONS', 'REGISTER', 'SUBSCRIBE'] as const
let sent = 0
let failed = 0
let heard = 0

function requestNumber(n: number, { address, port }: { address: string; port: number }): Buffer {
  const method = methods[n & 3]
  return Buffer.from(
    `${method} sip:2${n % 100}@site-a.test SIP/2.0\r\nVia: SIP/2.0/UDP ${address}:${port};branch=z9hG4bKf${n};rport\r\n` +
      `Max-Forwards: 70\r\nFrom: <sip:2${n % 100}@site-a.test>;tag=f${n}\r\nTo: <sip:2${n % 100}@site-a.test>\r\n` +
      `Call-ID: flood-${n}@${address}\r\nCSeq: 1 ${method}\r\nContact: <sip:x@${address}:${port}>\r\nExpires: 300\r\n` +
      'Event: presence\r\nContent-Length: 0\r\n\r\n',
    'latin1',
  )
}

/** 127.66.0.1, 127.66.0.2, …: all of 127.0.0.0/8 is this machine. */
function addressNumber(n: number): string {
  return `127.${66 + (n >> 16)}.${(n >> 8) & 255}.${n & 255 || 1}`
}

let lastAddress = 0
async function openSocket(): Promise<Socket> {
  // Sent at once, not after a look-up: a socket may be closed right after its last datagram.
  const socket = createSocket({ type: 'udp4', lookup: (address, _options, done) => done(null, address, 4) })
  socket.on('message', () => {
    heard++
  })
  const isListening = once(socket, 'listening')
  socket.bind(0, addressNumber((lastAddress % task.addresses) + 1))
  lastAddress++
  await isListening
  return socket
}

const onSent = (error: Error | null): void => {
  if (error) failed++
}

const sockets: Socket[] = []
for (let n = 0; n < Math.min(socketsOpen, task.addresses); n++) sockets.push(await openSocket())
const perSocket = Math.ceil(task.count / task.addresses)
const began = performance.now()
let next = 0
while (sent < task.count && performance.now() - began < task.withinMs) {
  const due = Math.min(task.count, Math.ceil(((performance.now() - began) / 1_000) * task.perSecond))
  // What could not be sent in time is not made up for at once: the rate is a ceiling.
  for (let inTick = 0; sent < due && inTick < (2 * task.perSecond * tickMs) / 1_000; inTick++) {
    const socket = sockets[next] as Socket
    socket.send(requestNumber(sent, socket.address()), task.port, '127.0.0.1', onSent)
    sent++
    if (task.addresses <= socketsOpen) next = (next + 1) % sockets.length
    else if (sent % perSocket === 0) {
      socket.close()
      sockets[next] = await openSocket()
      next = (next + 1) % sockets.length
    }
  }
  await new Promise((resolve) => setTimeout(resolve, tickMs))
}
// What is answered at all is answered by now.
await new Promise((resolve) => setTimeout(resolve, 500))
for (const socket of sockets) socket.close()
process.stdout.write(
  `${JSON.stringify({ sent, failed, heard, seconds: (performance.now() - began) / 1_000 })}\n`,
)
