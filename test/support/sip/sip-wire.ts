import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, isIPv6, type Server, type Socket } from 'node:net'
import type { SipMessage } from '../../../src/engine/message/message.ts'
import { parseMessage } from '../../../src/engine/message/parse.ts'
import { StreamFramer } from '../../../src/engine/transport/stream-framer.ts'
import type { Part } from '../../../src/lib/part.ts'
import { hostPort, type Remote, type WireTransport } from './remote.ts'

export interface WireOptions {
  readonly transport: WireTransport
  readonly address: string
  /** 0 takes a free one. */
  readonly port: number
  readonly onMessage: (message: SipMessage, from: Remote) => void
  /** Where a bound socket comes from, when not from this process's own network. */
  readonly openUdp?: ((address: string, port: number) => Promise<UdpSocket>) | undefined
}

const frameLimits = { maxHeaderBytes: 64 * 1024, maxMessageBytes: 1024 * 1024 }
const maxFaults = 100

/** One UDP socket, or a TCP listener with its connections, that whole SIP messages go through. */
export class SipWire implements Part {
  readonly name = 'sip wire'
  /** Messages that arrived and could not be read: whatever a test calls must not send such. */
  readonly faults: Error[] = []
  /** While true nothing that arrives is heard, as if it was lost. */
  isDeaf = false
  /** So many of the messages that arrive next are lost. */
  loseNext = 0
  readonly #options: WireOptions
  #udp: UdpSocket | undefined
  #tcp: Server | undefined
  readonly #connections = new Map<string, Socket>()

  constructor(options: WireOptions) {
    this.#options = options
  }

  get transport(): WireTransport {
    return this.#options.transport
  }

  get address(): string {
    return this.#options.address
  }

  get port(): number {
    const bound = this.#udp?.address() ?? (this.#tcp?.address() as AddressInfo | null | undefined)
    if (!bound) throw new Error('the phone is not started')
    return bound.port
  }

  async start(): Promise<void> {
    const { transport, address, port } = this.#options
    if (transport === 'udp') {
      const socket = await (this.#options.openUdp ?? openUdp)(address, port)
      this.#udp = socket
      socket.on('message', (data, from) =>
        this.#receive(data, { transport, address: from.address, port: from.port }),
      )
    } else {
      const server = createServer((connection) => this.#adopt(connection))
      this.#tcp = server
      server.listen(port, address)
      await once(server, 'listening')
    }
  }

  async stop(): Promise<void> {
    const [udp, tcp] = [this.#udp, this.#tcp]
    this.#udp = undefined
    this.#tcp = undefined
    for (const connection of this.#connections.values()) connection.destroy()
    if (udp) await new Promise<void>((resolve) => udp.close(resolve))
    if (tcp) await new Promise((resolve) => tcp.close(resolve))
  }

  /** Sends bytes as they are, right or wrong. Nothing is sent after `stop()`. */
  sendBytes(data: Buffer, to: Remote): void {
    if (this.#udp) this.#udp.send(data, to.port, to.address)
    else if (this.#tcp) this.#connectionTo(to).write(data)
  }

  send(message: SipMessage, to: Remote): void {
    this.sendBytes(message.toBuffer(), to)
  }

  #connectionTo(to: Remote): Socket {
    return this.#connections.get(hostPort(to)) ?? this.#adopt(connect(to.port, to.address), to)
  }

  #adopt(socket: Socket, to?: Remote): Socket {
    const address = to?.address ?? socket.remoteAddress ?? ''
    const from: Remote = { transport: 'tcp', address, port: to?.port ?? socket.remotePort ?? 0 }
    const key = hostPort(from)
    this.#connections.set(key, socket)
    const framer = new StreamFramer(
      {
        onFrame: (message) => this.#receive(message, from),
        onPing: () => socket.write('\r\n'),
        onBadFrame: (head, status, reason) =>
          this.#fault(new Error(`${status} ${reason}: ${head.toString('latin1')}`)),
      },
      frameLimits,
    )
    socket.setNoDelay(true)
    socket.on('data', (chunk) => framer.push(chunk))
    // What failed shows as a request without an answer; the connection is made anew for the next one.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      if (this.#connections.get(key) === socket) this.#connections.delete(key)
    })
    return socket
  }

  #receive(data: Buffer, from: Remote): void {
    if (this.isDeaf || data.length < 8) return
    if (this.loseNext > 0) {
      this.loseNext--
      return
    }
    let message: SipMessage
    try {
      message = parseMessage(data)
    } catch (error) {
      this.#fault(new Error(`cannot read: ${data.toString('latin1')}`, { cause: error }))
      return
    }
    this.#options.onMessage(message, from)
  }

  #fault(error: Error): void {
    if (this.faults.length < maxFaults) this.faults.push(error)
  }
}

async function openUdp(address: string, port: number): Promise<UdpSocket> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  socket.bind(port, address)
  await once(socket, 'listening')
  return socket
}
