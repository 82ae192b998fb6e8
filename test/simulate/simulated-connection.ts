import { Channel } from './channel.ts'
import type { SimulatedPaths } from './simulated-paths.ts'
import type { SimulatedTime } from './simulated-time.ts'
import type { TrafficMeter } from './traffic-meter.ts'
import { bytesOnWire, emptyPacketBytes } from './wire-cost.ts'

/** A machine that connections lead to. */
export interface Machine {
  readonly name: string
  readonly isPowered: boolean
  readonly traffic: TrafficMeter
}

/** A TCP connection between two machines, each with its end. */
export class SimulatedConnection {
  readonly near: ConnectionEnd
  readonly far: ConnectionEnd

  constructor(near: Machine, far: Machine, paths: SimulatedPaths, time: SimulatedTime) {
    this.near = new ConnectionEnd(
      near,
      channelBetween(near, far, paths, time, () => this.near.end()),
    )
    this.far = new ConnectionEnd(
      far,
      channelBetween(far, near, paths, time, () => this.far.end()),
    )
    this.near.joinTo(this.far)
    this.far.joinTo(this.near)
  }
}

export class ConnectionEnd {
  readonly #machine: Machine
  readonly #channel: Channel
  readonly #endListeners = new Set<() => void>()
  #other: ConnectionEnd | undefined
  #isOpen = true

  constructor(machine: Machine, channel: Channel) {
    this.#machine = machine
    this.#channel = channel
  }

  joinTo(other: ConnectionEnd): void {
    this.#other = other
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** At the other machine. */
  get other(): ConnectionEnd | undefined {
    return this.#other
  }

  /** Carries a message to the other end, which acknowledges it; `read` is called there. */
  send(purpose: string, messageBytes: number, read: () => void): void {
    if (!this.#isOpen) return
    const arrive = () => {
      // A machine that was restarted answers RST (RFC 9293 §3.10.7.1).
      if (!this.#other?.receive()) this.end()
      else read()
    }
    this.#channel.send({ bytes: bytesOnWire(messageBytes), purpose, arrive })
  }

  /** False when this end is no more. */
  receive(): boolean {
    if (this.#isOpen) this.#machine.traffic.sent('acknowledgements', emptyPacketBytes)
    return this.#isOpen
  }

  /** Ends the connection; the other side hears of it when the network lets it. */
  close(): void {
    if (!this.#isOpen) return
    this.end()
    this.#channel.send({
      bytes: emptyPacketBytes,
      purpose: 'closing',
      arrive: () => this.#other?.end(),
    })
  }

  /** The process was killed, and the kernel closes the connection: nobody is left here to be told. */
  orphan(): void {
    this.#endListeners.clear()
    this.close()
  }

  /** The machine lost its power: nobody is told, here or there. */
  vanish(): void {
    this.#endListeners.clear()
    this.#channel.stop()
    this.end()
  }

  /** Is no more, at this side. */
  end(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    for (const listener of [...this.#endListeners]) listener()
    this.#endListeners.clear()
  }

  /** Returns what takes the wish back. */
  onEnd(listener: () => void): () => void {
    this.#endListeners.add(listener)
    return () => this.#endListeners.delete(listener)
  }
}

function channelBetween(
  from: Machine,
  to: Machine,
  paths: SimulatedPaths,
  time: SimulatedTime,
  gaveUp: () => void,
): Channel {
  const route = { from: from.name, to: to.name }
  return new Channel(
    {
      crossing: (packets) => (from.isPowered && to.isPowered ? paths.crossing(route, packets) : undefined),
      roundTripMilliseconds: paths.roundTripMilliseconds,
      sent: ({ purpose, bytes }) => from.traffic.sent(purpose, bytes),
      gaveUp,
    },
    time,
  )
}
