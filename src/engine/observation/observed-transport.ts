import type { Flow, ListeningPoint } from '../transport/flow.ts'
import type { Hop } from '../transport/hop.ts'
import type { Transport, TransportUser } from '../transport/transport-layer.ts'
import { kindOf } from './message-kind.ts'
import { WireCounts } from './wire-counts.ts'

/** One whole message as it passes; `data` is only lent for the call. */
export interface MessageWatcher {
  saw(direction: 'in' | 'out', data: Buffer, flow: Flow, kind: number): void
}

/** A transport whose messages are counted and shown to watchers: what is seen is what is on the wire, repeats too. */
export class ObservedTransport implements Transport {
  readonly counts = new WireCounts()
  readonly #inner: Transport
  readonly #watchers: readonly MessageWatcher[]

  constructor(inner: Transport, watchers: readonly MessageWatcher[]) {
    this.#inner = inner
    this.#watchers = watchers
  }

  deliverTo(user: TransportUser): void {
    this.#inner.deliverTo({
      onMessage: (data, flow) => {
        const kind = kindOf(data)
        this.counts.countReceived(flow.transport, kind, data.length)
        for (const watcher of this.#watchers) watcher.saw('in', data, flow, kind)
        user.onMessage(data, flow)
      },
      onFlowFailed: (flow, cause) => user.onFlowFailed(flow, cause),
      onBadFrame: (head, flow, status, reason) => user.onBadFrame(head, flow, status, reason),
    })
  }

  get listeningPoints(): readonly ListeningPoint[] {
    return this.#inner.listeningPoints
  }

  flowTo(hop: Hop, signal: AbortSignal): Flow | Promise<Flow> {
    return this.#inner.flowTo(hop, signal)
  }

  pointTowards(hop: Hop): ListeningPoint | undefined {
    return this.#inner.pointTowards(hop)
  }

  flowBeside(flow: Flow, remotePort: number): Flow {
    return this.#inner.flowBeside(flow, remotePort)
  }

  send(flow: Flow, data: Buffer): void {
    const kind = kindOf(data)
    this.counts.countSent(flow.transport, kind, data.length)
    for (const watcher of this.#watchers) watcher.saw('out', data, flow, kind)
    this.#inner.send(flow, data)
  }

  expectAnswer(flow: Flow): void {
    this.#inner.expectAnswer(flow)
  }

  keepAlive(flow: Flow, seconds: number): void {
    this.#inner.keepAlive(flow, seconds)
  }

  expectKeepAlive(flow: Flow, seconds: number): void {
    this.#inner.expectKeepAlive(flow, seconds)
  }

  alias(flow: Flow, host: string, port: number): void {
    this.#inner.alias(flow, host, port)
  }

  listeningPointOf(flow: Flow): ListeningPoint {
    return this.#inner.listeningPointOf(flow)
  }
}
