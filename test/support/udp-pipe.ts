import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { LineFaults } from './line-faults.ts'

export interface UdpPipeOptions {
  /** The phone's port on loopback. */
  readonly near: number
  /** The box's. */
  readonly far: number
  /** Applied to each datagram, whichever way it goes. */
  readonly faults: LineFaults
}

/** A line between a phone and a box: each sees an end of it in place of the other, and it may lose, double and reorder. */
export class UdpPipe {
  #passed = 0
  #lost = 0
  #doubled = 0
  #late = 0
  readonly #faults: LineFaults
  readonly #nearEnd: Socket
  readonly #farEnd: Socket
  readonly #held = new Set<NodeJS.Timeout>()

  static async open(options: UdpPipeOptions): Promise<UdpPipe> {
    const nearEnd = await openSocket()
    const farEnd = await openSocket()
    return new UdpPipe(options, nearEnd, farEnd)
  }

  private constructor({ near, far, faults }: UdpPipeOptions, nearEnd: Socket, farEnd: Socket) {
    this.#faults = faults
    this.#nearEnd = nearEnd
    this.#farEnd = farEnd
    nearEnd.on('message', (datagram) => this.#carry(datagram, farEnd, far))
    farEnd.on('message', (datagram) => this.#carry(datagram, nearEnd, near))
  }

  /** Where the phone finds the box. */
  get boxPort(): number {
    return this.#nearEnd.address().port
  }

  /** Where the box finds the phone. */
  get phonePort(): number {
    return this.#farEnd.address().port
  }

  get figures(): { passed: number; lost: number; doubled: number; late: number } {
    return { passed: this.#passed, lost: this.#lost, doubled: this.#doubled, late: this.#late }
  }

  close(): void {
    for (const timer of this.#held) clearTimeout(timer)
    this.#nearEnd.close()
    this.#farEnd.close()
  }

  #carry(datagram: Buffer, out: Socket, port: number): void {
    const copies = this.#faults(datagram.toString('latin1'))
    if (copies.length === 0) this.#lost += 1
    if (copies.length > 1) this.#doubled += 1
    for (const delayMs of copies) {
      this.#passed += 1
      if (delayMs === 0) out.send(datagram, port, '127.0.0.1')
      else this.#hold(delayMs, () => out.send(datagram, port, '127.0.0.1'))
    }
  }

  #hold(delayMs: number, send: () => void): void {
    this.#late += 1
    const timer = setTimeout(() => {
      this.#held.delete(timer)
      send()
    }, delayMs)
    this.#held.add(timer)
  }
}

async function openSocket(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4_194_304 })
  // A phone that has ended answers with ICMP: to a line that is no trouble.
  socket.on('error', () => undefined)
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}
