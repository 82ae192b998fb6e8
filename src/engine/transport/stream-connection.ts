import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { systemClock } from '../../lib/clock.ts'
import { sipDomainsOf } from './certificate-identity.ts'
import { ContentLengthFraming } from './content-length-framing.ts'
import type { ListeningPoint } from './flow.ts'
import type { Framing, FramingReceiver } from './framing.ts'
import { KeepAlive } from './keep-alive.ts'
import { SocketFlow } from './socket-flow.ts'
import type { TransportUser } from './transport-layer.ts'
import type { TransportSettings } from './transport-settings.ts'
import { WebSocketFramer } from './websocket-framer.ts'

/** One open stream: cuts what comes in into messages, and drops a peer that does not read. */
export class StreamConnection extends SocketFlow {
  readonly localAddress: string
  readonly localPort: number
  /** Called with the first whole message. */
  onSpoken: (() => void) | undefined
  /** The name it was opened to; undefined for a stream that others opened. */
  readonly host: string | undefined
  readonly #socket: Socket
  readonly #user: TransportUser
  readonly #settings: TransportSettings
  readonly #framing: Framing
  readonly #isWebSocket: boolean
  #isOpen = true
  #hasSpoken = false
  /** Runs while a message is due: one that has begun, or the first. */
  #deadline: NodeJS.Timeout | undefined
  #cause: Error | undefined
  /** Only once something was agreed. */
  #keepAlive: KeepAlive | undefined

  /** `onClosed` is called once, before the user hears of it. The socket is connected already. */
  constructor(
    socket: Socket,
    point: ListeningPoint,
    user: TransportUser,
    settings: TransportSettings,
    onClosed: (connection: StreamConnection) => void,
    host?: string,
  ) {
    super(point, socket.remoteAddress ?? '', socket.remotePort ?? 0)
    this.localAddress = socket.localAddress ?? point.address
    this.localPort = socket.localPort ?? point.port
    this.host = host
    this.#socket = socket
    this.#user = user
    this.#settings = settings
    const receiver: FramingReceiver = {
      onFrame: (message) => {
        this.#endDeadline()
        if (!this.#hasSpoken) this.#noteFirstMessage()
        user.onMessage(message, this)
      },
      onPing: (answer) => {
        this.#endDeadline()
        this.#write(answer)
      },
      onControl: (answer) => this.#write(answer),
      onBadFrame: (head, status, reason) => this.#giveUp(head, status, reason),
      onEnd: (goodbye, reason) => this.#end(goodbye, reason),
    }
    this.#isWebSocket = point.transport === 'ws' || point.transport === 'wss'
    this.#framing = this.#isWebSocket
      ? new WebSocketFramer(receiver, settings)
      : new ContentLengthFraming(receiver, settings)
    socket.setNoDelay(true)
    socket.setTimeout(settings.idleTimeoutMs, () => this.close(new Error('idle')))
    socket.on('data', (chunk: Buffer) => this.receive(chunk))
    socket.on('error', (cause) => {
      this.#cause ??= cause
    })
    socket.on('close', () => {
      this.#isOpen = false
      this.#keepAlive?.stop()
      this.#endDeadline()
      onClosed(this)
      user.onFlowFailed(this, this.#cause ?? new Error('closed by the far end'))
    })
  }

  /** Whether the far end has still to prove that it has something to say: opening a WebSocket takes a request already. */
  get owesMessage(): boolean {
    return !this.#isWebSocket
  }

  get isOurs(): boolean {
    return this.host !== undefined
  }

  /** Names that the far end has proved to have by its certificate; none without one. */
  get provenNames(): readonly string[] {
    const socket = this.#socket
    if (!(socket instanceof TLSSocket) || !socket.authorized) return []
    return sipDomainsOf(socket.getPeerCertificate())
  }

  /** Only a stream that we opened. */
  pingEvery(seconds: number): void {
    if (!this.isOurs || this.#isWebSocket || !this.#isOpen) return
    this.#keepAlive ??= this.#newKeepAlive()
    this.#keepAlive.pingEvery(seconds)
  }

  /** Only a stream that others opened. */
  expectPingEvery(seconds: number): void {
    if (this.isOurs || !this.#isOpen) return
    this.#keepAlive ??= this.#newKeepAlive()
    // RFC 7118 §6: a browser cannot ping by itself, but answers.
    if (this.#isWebSocket) this.#keepAlive.pingEvery(seconds)
    else this.#keepAlive.expectEvery(seconds)
  }

  #newKeepAlive(): KeepAlive {
    const end = {
      ping: () => this.#write(this.#framing.ping()),
      fail: (cause: Error) => this.close(cause),
    }
    return new KeepAlive(end, systemClock)
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  send(message: Buffer): void {
    if (this.#isOpen) this.#write(this.#framing.wrap(message))
  }

  #write(data: Buffer): void {
    if (!this.#isOpen || data.length === 0) return
    this.#socket.write(data)
    const queued = this.#socket.writableLength
    if (queued > this.#settings.maxQueuedBytes)
      this.close(new Error(`${queued} bytes wait for a slow reader`))
  }

  /** Closes the stream unless a whole message, or a keep-alive, comes in time. */
  expectMessage(): void {
    if (!this.#isOpen) return
    const close = () => this.close(new Error('a message took too long to arrive'))
    this.#deadline ??= setTimeout(close, this.#settings.partialMessageTimeoutMs).unref()
  }

  /** Ends the stream at once; the user hears `cause`. */
  close(cause: Error): void {
    this.#cause ??= cause
    this.#isOpen = false
    this.#socket.destroy()
  }

  /** Takes what has come over the stream. */
  receive(chunk: Buffer): void {
    if (!this.#isOpen) return
    this.#keepAlive?.heard()
    this.#framing.push(chunk)
    if (this.#framing.isPartial) this.expectMessage()
  }

  #noteFirstMessage(): void {
    this.#hasSpoken = true
    this.onSpoken?.()
  }

  #endDeadline(): void {
    clearTimeout(this.#deadline)
    this.#deadline = undefined
  }

  /** The answer, if the user has one, is still written before the stream ends. */
  #giveUp(head: Buffer, status: 400 | 513, reason: string): void {
    this.#cause = new Error(reason)
    this.#user.onBadFrame(head, this, status, reason)
    this.#isOpen = false
    this.#socket.destroySoon()
  }

  #end(goodbye: Buffer, reason: string): void {
    this.#cause ??= new Error(reason)
    this.#write(goodbye)
    this.#isOpen = false
    this.#socket.destroySoon()
  }
}
