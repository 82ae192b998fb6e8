import type { Flow, ListeningPoint } from '../../src/engine/transport/flow.ts'
import type { Hop } from '../../src/engine/transport/hop.ts'
import type { Transport, TransportUser } from '../../src/engine/transport/transport-layer.ts'

const near: ListeningPoint = {
  transport: 'udp',
  address: '192.0.2.1',
  port: 5060,
  advertisedHost: '192.0.2.1',
  advertisedPort: 5060,
}

/** A UDP network that keeps the last message only, so that what is measured is the engine. */
export class QuietTransport implements Transport {
  readonly listeningPoints: readonly ListeningPoint[] = [near]
  readonly #flows = new Map<string, Flow>()
  /** Taken by `takeLast`. */
  #last: Buffer | undefined
  /** Messages both ways. */
  messages = 0
  #user: TransportUser | undefined

  deliverTo(user: TransportUser): void {
    this.#user = user
  }

  receive(data: Buffer, flow: Flow): void {
    this.messages++
    this.#user?.onMessage(data, flow)
  }

  /** What was sent last; throws when nothing was since the last call. */
  takeLast(): Buffer {
    const last = this.#last
    if (!last) throw new Error('nothing was sent')
    this.#last = undefined
    return last
  }

  flow(remoteAddress: string, remotePort: number): Flow {
    const key = `${remoteAddress} ${remotePort}`
    const known = this.#flows.get(key)
    if (known) return known
    const { transport, address: localAddress, port: localPort } = near
    const id = this.#flows.size + 1
    const flow: Flow = { id, transport, localAddress, localPort, remoteAddress, remotePort, isOpen: true }
    this.#flows.set(key, flow)
    return flow
  }

  flowTo({ address, port }: Hop): Flow {
    return this.flow(address, port)
  }

  pointTowards(): ListeningPoint {
    return near
  }

  flowBeside(flow: Flow, remotePort: number): Flow {
    return this.flow(flow.remoteAddress, remotePort)
  }

  send(_flow: Flow, data: Buffer): void {
    this.messages++
    this.#last = data
  }

  expectAnswer(): void {
    // Every destination answers here.
  }

  keepAlive(): void {
    // There are no streams here.
  }

  expectKeepAlive(): void {
    // There are no streams here.
  }

  alias(): void {
    // There are no streams here.
  }

  listeningPointOf(): ListeningPoint {
    return near
  }
}
