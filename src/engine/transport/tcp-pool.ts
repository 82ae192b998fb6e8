import type { Socket } from 'node:net'
import { shortLived } from '../../lib/short-lived.ts'
import { ConnectionCount } from './connection-count.ts'
import type { Door } from './door.ts'
import type { ListeningPoint } from './flow.ts'
import type { Hop } from './hop.ts'
import { StreamConnection } from './stream-connection.ts'
import { peerKey, StreamTable } from './stream-table.ts'
import type { TransportUser } from './transport-layer.ts'
import type { TransportSettings } from './transport-settings.ts'
import { WaitingRoom } from './waiting-room.ts'

export interface ConnectionCounts {
  readonly open: number
  /** Opened by others, without a message yet; some of them are not open for SIP either. */
  readonly quiet: number
  /** Quiet ones closed to make room for others. */
  readonly turnedOut: number
  readonly refused: number
}

/** The open streams, and those being opened: one to each place (RFC 3261 §18.1.1). */
export class TcpPool {
  readonly #user: TransportUser
  readonly #settings: TransportSettings
  readonly #door: Door
  readonly #streams = new StreamTable()
  readonly #dialing = new Map<string, Promise<StreamConnection>>()
  readonly #count = new ConnectionCount()
  /** Connections that do not carry SIP yet, and when they are given up. */
  readonly #entering = new Map<string, { readonly socket: Socket; readonly deadline: NodeJS.Timeout }>()
  readonly #quiet: WaitingRoom
  #refused = 0
  #isStopped = false

  constructor(user: TransportUser, settings: TransportSettings, door: Door) {
    // The transport's user hears only of what the door lets through; that a flow has failed is not the far end's to say.
    this.#user = {
      onMessage: (data, flow) => {
        if (door.admits(data, flow.remoteAddress, true)) user.onMessage(data, flow)
      },
      onFlowFailed: (flow, cause) => user.onFlowFailed(flow, cause),
      onBadFrame: (head, flow, status, reason) => {
        if (door.admits(head, flow.remoteAddress, true)) user.onBadFrame(head, flow, status, reason)
      },
    }
    this.#settings = settings
    this.#quiet = new WaitingRoom(settings.maxQuietConnections)
    this.#door = door
  }

  get counts(): ConnectionCounts {
    const { size: quiet, turnedOut } = this.#quiet
    return { open: this.#streams.size, quiet, turnedOut, refused: this.#refused }
  }

  /**
   * Whether a connection that a listener accepted may stay. From then on it counts, and has a bounded time until
   * `serve` gets it, or what a handshake has made of it.
   */
  admit(socket: Socket): boolean {
    const { remoteAddress } = socket
    if (remoteAddress === undefined || !this.#mayOpen(remoteAddress)) {
      this.#refused++
      socket.destroy()
      return false
    }
    this.#count.add(socket)
    this.#quiet.enter(socket)
    const place = placeOf(socket)
    const deadline = setTimeout(() => socket.destroy(), this.#settings.handshakeTimeoutMs).unref()
    this.#entering.set(place, { socket, deadline })
    socket.once('close', () => this.#entered(place))
    return true
  }

  /** Takes SIP from a connection that was admitted; `head` is what has been read from it already. */
  serve(socket: Socket, point: ListeningPoint, head?: Buffer): void {
    const admitted = this.#entering.get(placeOf(socket))?.socket ?? socket
    this.#entered(placeOf(socket))
    // It may have closed during the handshake.
    if (socket.destroyed || this.#isStopped) {
      socket.destroy()
      return
    }
    const connection = this.#adopt(socket, point)
    connection.onSpoken = shortLived(() =>
      this.#quiet.leave(admitted, connection.remoteAddress, connection.remotePort),
    )
    if (connection.owesMessage) connection.expectMessage()
    if (head && head.length > 0) connection.receive(head)
  }

  /** A stream that is open already. */
  find(hop: Hop): StreamConnection | undefined {
    // RFC 7118 §5.4: URIs say `ws` for secure WebSockets too.
    const other = hop.transport === 'ws' ? this.#streams.find({ ...hop, transport: 'wss' }) : undefined
    return this.#streams.find(hop) ?? other
  }

  /** RFC 5923 §5: the far end of an inbound stream may be asked for as `host:port`, when it proves that it is. */
  alias(connection: StreamConnection, host: string, port: number): void {
    const { transport, remoteAddress } = connection
    const name = host.toLowerCase()
    const isProven =
      transport === 'tls'
        ? connection.provenNames.includes(name)
        : transport === 'tcp' && name === remoteAddress
    if (isProven) this.#streams.alias(connection, port)
  }

  /** An open stream to the hop, or a promise of one. The promise is shared by all who want the same hop. */
  flowTo(
    hop: Hop,
    point: ListeningPoint,
    dial: () => Promise<Socket>,
    signal: AbortSignal,
  ): StreamConnection | Promise<StreamConnection> {
    const open = this.find(hop)
    if (open) return open
    if (this.#isFull) throw new Error(`all ${this.#settings.maxConnections} connections are in use`)
    const key = peerKey(hop)
    if (signal.aborted) return Promise.reject(signal.reason)
    let dialing = this.#dialing.get(key)
    if (!dialing) {
      dialing = this.#dial(hop, point, dial).finally(() => this.#dialing.delete(key))
      this.#dialing.set(key, dialing)
    }
    return unlessAborted(dialing, signal)
  }

  stop(): void {
    this.#isStopped = true
    for (const { socket } of this.#entering.values()) socket.destroy()
    for (const stream of this.#streams) stream.close(new Error('the engine stops'))
  }

  #mayOpen(remoteAddress: string): boolean {
    if (this.#isStopped || !this.#door.admitsConnection(remoteAddress)) return false
    return !this.#isFull && this.#count.of(remoteAddress) < this.#settings.maxConnectionsPerAddress
  }

  get #isFull(): boolean {
    return this.#count.all + this.#dialing.size >= this.#settings.maxConnections
  }

  #entered(place: string): void {
    clearTimeout(this.#entering.get(place)?.deadline)
    this.#entering.delete(place)
  }

  async #dial(hop: Hop, point: ListeningPoint, dial: () => Promise<Socket>): Promise<StreamConnection> {
    const socket = await dial()
    if (this.#isStopped) {
      socket.destroy()
      throw new Error('the engine stops')
    }
    this.#count.add(socket)
    return this.#adopt(socket, point, hop.host)
  }

  #adopt(socket: Socket, point: ListeningPoint, host?: string): StreamConnection {
    const onClosed = (closed: StreamConnection) => this.#streams.remove(closed, host)
    const connection = new StreamConnection(socket, point, this.#user, this.#settings, onClosed, host)
    this.#streams.add(connection, host)
    return connection
  }
}

/** The same before and after a handshake, which makes another socket of the one that was admitted. */
function placeOf({ remoteAddress, remotePort, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localPort}`
}

/** Others may still want the connection: an abort ends the wait, not the dialling. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: result, resolve, reject } = Promise.withResolvers<T>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  return result
}
