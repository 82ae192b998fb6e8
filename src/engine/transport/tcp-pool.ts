import type { Socket } from 'node:net'
import { isWildcard } from './advertised-host.ts'
import type { ListeningPoint } from './flow.ts'
import type { Hop } from './hop.ts'
import { StreamConnection } from './stream-connection.ts'
import { StreamTable } from './stream-table.ts'
import { dialTcp } from './tcp-dial.ts'
import type { TransportUser } from './transport-layer.ts'
import type { TransportSettings } from './transport-settings.ts'

/** The open TCP streams, and those being opened: one to each address and port (RFC 3261 §18.1.1). */
export class TcpPool {
  readonly #user: TransportUser
  readonly #settings: TransportSettings
  readonly #streams = new StreamTable()
  readonly #dialing = new Map<string, Promise<StreamConnection>>()
  #refused = 0
  #isStopped = false

  constructor(user: TransportUser, settings: TransportSettings) {
    this.#user = user
    this.#settings = settings
  }

  get counts(): { readonly open: number; readonly refused: number } {
    return { open: this.#streams.size, refused: this.#refused }
  }

  /** Takes over a connection that a listener accepted. */
  accept(socket: Socket, point: ListeningPoint): void {
    const { remoteAddress } = socket
    if (remoteAddress === undefined || this.#isStopped || !this.#hasRoomFor(remoteAddress)) {
      this.#refused++
      socket.destroy()
      return
    }
    this.#adopt(socket, point).expectMessage()
  }

  /** An open stream to the hop, or a promise of one. The promise is shared by all who want the same hop. */
  flowTo(hop: Hop, point: ListeningPoint, signal: AbortSignal): StreamConnection | Promise<StreamConnection> {
    const open = this.#streams.find(hop.address, hop.port)
    if (open) return open
    if (this.#isFull) throw new Error(`all ${this.#settings.maxConnections} connections are in use`)
    const key = `${hop.address} ${hop.port}`
    if (signal.aborted) return Promise.reject(signal.reason)
    let dialing = this.#dialing.get(key)
    if (!dialing) {
      dialing = this.#dial(hop, point).finally(() => this.#dialing.delete(key))
      this.#dialing.set(key, dialing)
    }
    return unlessAborted(dialing, signal)
  }

  stop(): void {
    this.#isStopped = true
    for (const stream of this.#streams) stream.close(new Error('the engine stops'))
  }

  #hasRoomFor(remoteAddress: string): boolean {
    return !this.#isFull && this.#streams.countOf(remoteAddress) < this.#settings.maxConnectionsPerAddress
  }

  get #isFull(): boolean {
    return this.#streams.size + this.#dialing.size >= this.#settings.maxConnections
  }

  async #dial(hop: Hop, point: ListeningPoint): Promise<StreamConnection> {
    const localAddress = isWildcard(point.address) ? undefined : point.address
    const socket = await dialTcp({ ...hop, localAddress }, this.#settings.connectTimeoutMs)
    if (this.#isStopped) {
      socket.destroy()
      throw new Error('the engine stops')
    }
    return this.#adopt(socket, point)
  }

  #adopt(socket: Socket, point: ListeningPoint): StreamConnection {
    const connection = new StreamConnection(socket, point, this.#user, this.#settings, (closed) =>
      this.#streams.remove(closed),
    )
    this.#streams.add(connection)
    return connection
  }
}

/** Others may still want the connection: an abort ends the wait, not the dialling. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: result, resolve, reject } = Promise.withResolvers<T>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  return result
}
