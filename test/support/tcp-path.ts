import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { eventually } from './within.ts'

/** A way through the network to a TCP port on loopback, that can die without a word as a cut cable does. */
export class TcpPath {
  multiaddress = ''
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #isCut = false
  #lastPassedAt = 0

  static async to(port: number): Promise<TcpPath> {
    const path = new TcpPath(port)
    path.#server.listen(0, '127.0.0.1')
    await once(path.#server, 'listening')
    path.multiaddress = `/ip4/127.0.0.1/tcp/${(path.#server.address() as AddressInfo).port}`
    return path
  }

  private constructor(port: number) {
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
      const far = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from)
        if (this.#isCut) from.pause()
        from.on('data', (data) => {
          this.#lastPassedAt = performance.now()
          to.write(data)
        })
        from.on('end', () => this.#isCut || to.end())
        from.on('error', () => this.#isCut || to.destroy())
        from.on('close', () => {
          this.#sockets.delete(from)
          if (!this.#isCut) to.destroy()
        })
      }
    })
  }

  get connections(): number {
    return this.#sockets.size / 2
  }

  /** Resolves when nothing has passed for a while: what is closed then ends without a reset. */
  async quiet(): Promise<void> {
    await eventually(5_000, 'the path to be quiet', () => performance.now() - this.#lastPassedAt > 100)
  }

  /** Nothing passes any more, and neither end is told. */
  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.pause()
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}
