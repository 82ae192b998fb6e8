import type { SipMessage } from '../../../../src/engine/message/message.ts'
import { parseMessage } from '../../../../src/engine/message/parse.ts'
import type { Flow, ListeningPoint } from '../../../../src/engine/transport/flow.ts'
import type { Hop } from '../../../../src/engine/transport/hop.ts'
import type { Transport, TransportUser } from '../../../../src/engine/transport/transport-layer.ts'

interface FakeFlow extends Flow {
  isOpen: boolean
}

export interface SentMessage {
  readonly message: SipMessage
  readonly flow: Flow
  readonly at: number
}

/** A network that keeps what is sent and delivers what the test says. */
export class FakeTransport implements Transport {
  readonly listeningPoints: readonly ListeningPoint[] = (['udp', 'tcp'] as const).map((transport) => ({
    transport,
    address: '192.0.2.1',
    port: 5060,
    advertisedHost: '192.0.2.1',
    advertisedPort: 5060,
  }))
  readonly sent: SentMessage[] = []
  /** About flows, with the far ends. */
  readonly agreed: string[] = []
  /** Hops that cannot be connected to, by port; a promise is what `flowTo` returns. */
  readonly unreachable = new Map<number, Error | Promise<Flow>>()
  readonly #flows = new Map<string, FakeFlow>()
  readonly #now: () => number
  user: TransportUser | undefined

  constructor(now: () => number) {
    this.#now = now
  }

  deliverTo(user: TransportUser): void {
    this.user = user
  }

  flow(transport: 'udp' | 'tcp', remoteAddress: string, remotePort: number): FakeFlow {
    const key = `${transport} ${remoteAddress} ${remotePort}`
    const known = this.#flows.get(key)
    if (known?.isOpen) return known
    const flow: FakeFlow = {
      id: this.#flows.size + 1,
      transport,
      localAddress: '192.0.2.1',
      localPort: 5060,
      remoteAddress,
      remotePort,
      isOpen: true,
    }
    this.#flows.set(key, flow)
    return flow
  }

  flowTo(hop: Hop): Flow | Promise<Flow> {
    const trouble = this.unreachable.get(hop.port)
    if (trouble instanceof Error) throw trouble
    return trouble ?? this.flow(hop.transport === 'tcp' ? 'tcp' : 'udp', hop.address, hop.port)
  }

  pointTowards(hop: Hop): ListeningPoint | undefined {
    return this.listeningPoints.find((point) => point.transport === hop.transport)
  }

  flowBeside(flow: Flow, remotePort: number): Flow {
    return this.flow('udp', flow.remoteAddress, remotePort)
  }

  send(flow: Flow, data: Buffer): void {
    this.sent.push({ message: parseMessage(data), flow, at: this.#now() })
  }

  expectAnswer(): void {
    // Nothing finds out here that a destination is dead; tests say so themselves.
  }

  keepAlive(flow: Flow, seconds: number): void {
    this.agreed.push(`we ping ${flow.remotePort} every ${seconds} s`)
  }

  expectKeepAlive(flow: Flow, seconds: number): void {
    this.agreed.push(`${flow.remotePort} pings us every ${seconds} s`)
  }

  alias(flow: Flow, host: string, port: number): void {
    this.agreed.push(`${flow.remotePort} is ${host}:${port}`)
  }

  listeningPointOf(flow: Flow): ListeningPoint {
    const point = this.listeningPoints.find((candidate) => candidate.transport === flow.transport)
    if (!point) throw new Error('no such listening point')
    return point
  }

  receive(text: string, flow: Flow): void {
    this.user?.onMessage(Buffer.from(text), flow)
  }

  /** What was sent since the last call, as start lines. */
  takeLines(): string[] {
    return this.take().map(({ message }) => lineOf(message))
  }

  take(): SentMessage[] {
    return this.sent.splice(0)
  }

  takeOne(): SentMessage {
    const [one, ...others] = this.take()
    if (!one || others.length > 0)
      throw new Error(`expected one message, got ${others.length + (one ? 1 : 0)}`)
    return one
  }
}

function lineOf(message: SipMessage): string {
  return message.isRequest ? `${message.method} ${message.uri}` : `${message.status} ${message.cseq.method}`
}
