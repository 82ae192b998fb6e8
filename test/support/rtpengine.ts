import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { Part } from '../../src/lib/part.ts'
import { ChildProgram } from './child-program.ts'
import { freePort } from './free-port.ts'
import { eventually } from './within.ts'

/** Debian's rtpengine in userspace, on loopback. */
export class Rtpengine implements Part {
  readonly name = 'rtpengine'
  readonly address: string
  readonly #portRange: readonly [first: number, last: number]
  readonly #namespace: string | undefined
  /** Where a socket comes from that reaches it. */
  readonly #openUdp: (address: string, port: number) => Promise<Socket>
  #port = 0
  #program: ChildProgram | undefined

  constructor({
    address = '127.0.0.1',
    portRange = [31_000, 31_400] as readonly [first: number, last: number],
    namespace = undefined as string | undefined,
    openUdp = bindUdp as (address: string, port: number) => Promise<Socket>,
  } = {}) {
    this.address = address
    this.#namespace = namespace
    this.#openUdp = openUdp
    this.#portRange = portRange
  }

  /** Of the ng protocol. */
  get port(): number {
    return this.#port
  }

  isRtpPort(port: number): boolean {
    return port >= this.#portRange[0] && port <= this.#portRange[1]
  }

  async start(): Promise<void> {
    // In a namespace that the test has made every port is free.
    this.#port = this.#namespace === undefined ? await freePort(this.address) : 22_222
    const program = await ChildProgram.start({
      command: 'rtpengine',
      namespace: this.#namespace,
      args: [
        '--foreground',
        // Debian's own file has fixed ports in it: two rtpengines would meet there.
        '--config-file=none',
        '--table=-1',
        `--interface=${this.address}`,
        `--listen-ng=${this.address}:${this.#port}`,
        `--port-min=${this.#portRange[0]}`,
        `--port-max=${this.#portRange[1]}`,
        '--log-stderr',
        '--log-level=5',
      ],
    })
    this.#program = program
    await eventually(10_000, 'rtpengine to answer', () => {
      if (program.hasEnded) throw new Error(`rtpengine ended before it answered:\n${program.lastWords}`)
      return this.#ping()
    })
  }

  async stop(): Promise<void> {
    await this.#program?.stop()
    this.#program = undefined
  }

  async #ping(): Promise<boolean> {
    const socket = await this.#openUdp(this.address, 0)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => resolve(false), 100)
    socket.on('message', (data) => resolve(data.includes('pong')))
    socket.on('error', () => resolve(false))
    socket.send('1 d7:command4:pinge', this.#port, this.address)
    return promise.finally(() => {
      clearTimeout(timer)
      socket.close()
    })
  }
}

async function bindUdp(address: string, port: number): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind(port, address)
  await once(socket, 'listening')
  return socket
}
