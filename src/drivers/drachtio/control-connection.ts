import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import DrachtioAgent from 'drachtio-srf/lib/drachtio-agent.js'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { type ControlReply, readControlFrame, type SipFrame } from './control-frame.ts'
import { ControlSecretRefused, EngineUnavailable } from './link-trouble.ts'

export interface ControlAddress {
  readonly host: string
  readonly port: number
  readonly secret: string
}

export interface ControlListener {
  onSip(frame: SipFrame): void
  /** Connected, authenticated, routes asked for. `hostports`: `udp/192.0.2.1:5060,tcp/192.0.2.1:5060`. */
  onUp(hostports: string): void
  /** The engine forgot nothing, but its answers to what is under way will not come. */
  onDown(): void
}

/** Called for each reply; true keeps waiting for another (proxy frames get several). */
export type ReplyHandler = (reply: ControlReply | EngineUnavailable) => boolean

interface PendingReply {
  readonly handler: ReplyHandler
  readonly deadline: number
}

const startWithinMs = 10_000
const replyWithinMs = 8_000
const checkEveryMs = 2_000
const endWithinMs = 1_000
const retryMaxDelayMs = 2_000
/** The embedded engine then spares a write for each echo of what we send; a drachtio-server thinks nothing of it. */
const tags = ['late-echo']

/**
 * The control connection to the SIP engine. drachtio-srf's agent connects, authenticates, asks for the routes, frames and
 * reconnects; SIP frames and replies are read here, because the agent parses every message twice and serialises it
 * for a debug log that is off (docs/decisions/drachtio-srf.md).
 */
export class ControlConnection extends DrachtioAgent {
  readonly #address: ControlAddress
  readonly #listener: ControlListener
  readonly #clock: Clock
  readonly #log: Log
  readonly #pending = new Map<string, PendingReply>()
  #socket: Socket | undefined
  #check: Timer | undefined
  readonly #idPrefix = `${randomBytes(6).toString('hex')}-`
  #lastId = 0
  #outbox = ''
  #isAscii = true

  constructor(address: ControlAddress, listener: ControlListener, clock: Clock, log: Log) {
    super(() => undefined)
    this.#address = address
    this.#listener = listener
    this.#clock = clock
    this.#log = log
  }

  get isUp(): boolean {
    return this.#socket !== undefined
  }

  /** Resolves when the engine has accepted us; rejects after ten seconds, or at once when it refuses the secret. */
  open(verbs: readonly string[]): Promise<void> {
    for (const verb of verbs) this.route(verb)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const { host, port } = this.#address
    let lastError: Error | undefined
    const timer = this.#clock.after(startWithinMs, () => {
      reject(new EngineUnavailable(`no SIP engine answers at ${host}:${port}`, { cause: lastError }))
    })
    this.on('connect', (error: Error | null, hostports?: string) => {
      timer.cancel()
      if (error) return reject(new ControlSecretRefused(host, port))
      this.#cameUp(hostports ?? '')
      return resolve()
    })
    // Without a listener drachtio-srf's error event would end the process; it reconnects by itself.
    this.on('error', (error: Error) => {
      lastError = error
      this.#log.warn({ host, port, error: error.message }, 'SIP engine connection failed')
    })
    this.on('close', (socket: Socket) => this.#wentDown(socket))
    this.connect({ ...this.#address, tags, reconnect: { retryMaxDelay: retryMaxDelayMs } })
    this.wp?.on('connect', (socket: Socket) => this.#tame(socket))
    return promise
  }

  /** Ends the connection for good. */
  async close(): Promise<void> {
    const wire = this.wp
    if (wire) {
      wire.closing = true
      if (wire.reconnectVars?.retryTimer) clearTimeout(wire.reconnectVars.retryTimer)
    }
    this.#check?.cancel()
    this.#flush()
    const sockets = [...this.mapServer.keys()]
    for (const socket of sockets) await endSocket(socket)
    this.#failAll('the box is stopping')
    this.#socket = undefined
  }

  /** Sends one frame; the handler hears the reply, or that none came. */
  exchange(frame: string, handler: ReplyHandler, withinMs = replyWithinMs): void {
    if (!this.#socket) {
      handler(new EngineUnavailable('the SIP engine is not connected'))
      return
    }
    const id = this.#write(frame)
    this.#pending.set(id, { handler, deadline: this.#clock.now() + withinMs })
  }

  /** Sends one frame whose reply tells nothing worth waiting for. */
  post(frame: string): void {
    if (this.#socket) this.#write(frame)
  }

  override _onMsg(socket: Socket, payload: string): void {
    // A throw here would leave the agent's input buffer where it is and end the process.
    try {
      const read = readControlFrame(payload)
      if (read.kind === 'sip') this.#listener.onSip(read.frame)
      else if (read.kind === 'reply' && this.#pending.has(read.to)) this.#settle(read.to, read.reply)
      else super._onMsg(socket, payload)
    } catch (error) {
      this.#log.error({ error: error instanceof Error ? error.stack : error }, 'control frame not handled')
    }
  }

  #tame(socket: Socket): void {
    socket.setNoDelay(true) // which the agent forgets when it reconnects
    const [receive] = socket.listeners('data')
    socket.removeAllListeners('data')
    socket.on('data', (data: Buffer) => {
      try {
        receive?.call(socket, data)
      } catch (error) {
        // What is no frame makes the agent throw, and every frame after it is lost.
        this.#log.error({ error: String(error) }, 'the SIP engine sent no frame')
        socket.destroy()
      }
    })
  }

  #settle(id: string, reply: ControlReply | EngineUnavailable): void {
    const pending = this.#pending.get(id)
    if (!pending) return
    this.#pending.delete(id)
    if (pending.handler(reply)) this.#pending.set(id, pending)
  }

  #cameUp(hostports: string): void {
    this.#socket = this.mapServer.keys().next().value
    this.#scheduleCheck()
    this.#listener.onUp(hostports)
  }

  #wentDown(socket: Socket): void {
    if (socket !== this.#socket) return
    this.#socket = undefined
    this.#outbox = ''
    this.#check?.cancel()
    this.#failAll('the connection to the SIP engine was lost')
    this.#listener.onDown()
  }

  #scheduleCheck(): void {
    this.#check?.cancel()
    this.#check = this.#clock.after(checkEveryMs, () => {
      this.#expire()
      this.exchange('ping', (reply) => {
        // A stack that does not even answer a ping is worth a new connection.
        if (reply instanceof EngineUnavailable) this.#socket?.destroy()
        return false
      })
      if (this.#socket) this.#scheduleCheck()
    })
  }

  #expire(): void {
    const now = this.#clock.now()
    for (const [id, pending] of this.#pending) {
      if (pending.deadline <= now) this.#giveUp(id, pending, 'the SIP engine does not answer')
    }
  }

  #failAll(reason: string): void {
    for (const [id, pending] of this.#pending) this.#giveUp(id, pending, reason)
  }

  #giveUp(id: string, pending: PendingReply, reason: string): void {
    this.#pending.delete(id)
    pending.handler(new EngineUnavailable(reason))
  }

  /** Frames of one turn of the event loop leave in one write: a write costs more than what a frame costs otherwise. */
  #write(frame: string): string {
    this.#lastId += 1
    const id = `${this.#idPrefix}${this.#lastId.toString(36)}`
    const framed = `${id}|${frame}`
    const bytes = Buffer.byteLength(framed)
    if (this.#outbox === '') setImmediate(() => this.#flush())
    if (bytes !== framed.length) this.#isAscii = false
    this.#outbox += `${bytes}#${framed}`
    return id
  }

  #flush(): void {
    const outbox = this.#outbox
    this.#outbox = ''
    // Of ASCII both are the same bytes, and these cost no transcoding.
    if (outbox !== '') this.#socket?.write(outbox, this.#isAscii ? 'latin1' : 'utf8')
    this.#isAscii = true
  }
}

function endSocket(socket: Socket): Promise<void> {
  if (socket.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), endWithinMs)
    socket.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
    socket.end()
  })
}
