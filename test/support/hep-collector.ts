import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { readHep, type SeenByHep } from './read-hep.ts'

/** Stands in for Homer: takes HEP packets on a loopback port. */
export class HepCollector {
  readonly messages: SeenByHep[] = []
  readonly #socket: Socket = createSocket('udp4')

  get port(): number {
    return this.#socket.address().port
  }

  async start(): Promise<void> {
    this.#socket.on('message', (packet) => this.messages.push(readHep(packet)))
    this.#socket.bind(0, '127.0.0.1')
    await once(this.#socket, 'listening')
  }

  async stop(): Promise<void> {
    this.#socket.close()
    await once(this.#socket, 'close')
  }
}
