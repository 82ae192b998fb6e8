import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** What becomes of bytes on their way; undefined swallows them. `passed` counts those that went the same way before. */
export type Meddling = (bytes: Buffer, passed: number) => Buffer | undefined

/** A box, a router or a provider in the middle: every byte between two boxes goes through it, and is kept. */
export class MeddlingWire {
  meddle: Meddling = (bytes) => bytes
  readonly seen: Buffer[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  /** Leads to that TCP port of this machine. */
  constructor(port: () => number) {
    this.#server = createServer({ noDelay: true }, (near) => {
      const far = connect({ host: '127.0.0.1', port: port(), noDelay: true })
      this.#carry(near, far)
      this.#carry(far, near)
    })
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  get address(): string {
    return `/ip4/127.0.0.1/tcp/${(this.#server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #carry(from: Socket, to: Socket): void {
    let passed = 0
    this.#sockets.add(from)
    from.on('data', (bytes) => {
      this.seen.push(bytes)
      const changed = this.meddle(bytes, passed)
      passed += bytes.length
      if (changed && to.writable) to.write(changed)
    })
    from.on('error', () => to.destroy())
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
    from.on('end', () => to.end())
  }
}
