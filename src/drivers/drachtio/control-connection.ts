import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import DrachtioAgent from 'drachtio-srf/lib/drachtio-agent.js'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { RareLine } from '../../lib/rare-line.ts'
import { TurnoverMap } from '../../lib/turnover-map.ts'
import { type ControlReply, readControlFrame, type SipFrame } from './control-frame.ts'
import { drachtioServerLimits, FrameOutbox } from './frame-outbox.ts'
import { ControlSecretRefused, EngineUnavailable } from './link-trouble.ts'

export interface ControlAddress {
  readonly host: string
  readonly port: number
  readonly secret: string
}

export interface ControlListener {
  onSip(frame: SipFrame): void
  /**
   * Connected, authenticated, routes asked for. Where SIP is heard, `udp/192.0.2.1:5060,tcp/192.0.2.1:5060`: as others are
   * told, and on this machine.
   */
  onUp(advertised: string, local: string): void
  /** The engine forgot nothing, but its answers to what is under way will not come. */
  onDown(): void
}

/** Called for each reply; true keeps waiting for another (proxy frames get several). */
export type ReplyHandler = (reply: ControlReply | EngineUnavailable) => boolean

/** What drachtio-srf tells of a server: where it hears SIP, which version it has, and where on its machine. */
type ServerWords = readonly [advertised?: string, version?: string, local?: string]

interface PendingReply {
  readonly handler: ReplyHandler
  readonly deadline: number
}

const startWithinMs = 10_000
const replyWithinMs = 8_000
const checkEveryMs = 2_000
const endWithinMs = 1_000
const retryMaxDelayMs = 2_000
/** An engine that is away for a night does not fill the log. */
const failureSaidEveryMs = 60_000
/** The embedded engine then spares a write for each echo of what we send; a drachtio-server thinks nothing of it. */
const tags = ['late-echo']
/** In the version of our own engine. */
const ownVersion = /-causeway\b/

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
  readonly #rarely: RareLine
  readonly #pending = new TurnoverMap<string, PendingReply>()
  #socket: Socket | undefined
  #check: Timer | undefined
  readonly #idPrefix = `${randomBytes(6).toString('hex')}-`
  readonly #outbox = new FrameOutbox((text, encoding) => this.#socket?.write(text, encoding))
  #lastId = 0

  constructor(address: ControlAddress, listener: ControlListener, clock: Clock, log: Log) {
    super(() => undefined)
    this.#address = address
    this.#listener = listener
    this.#clock = clock
    this.#log = log
    this.#rarely = new RareLine(clock, failureSaidEveryMs)
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
    this.on('connect', (error: Error | null, ...[advertised = '', version = '', local]: ServerWords) => {
      timer.cancel()
      if (error) return this.#refused(new ControlSecretRefused(host, port), reject)
      this.#outbox.reset(ownVersion.test(version) ? undefined : drachtioServerLimits)
      this.#cameUp(advertised, local ?? advertised)
      return resolve()
    })
    // Without a listener drachtio-srf's error event would end the process; it reconnects by itself.
    this.on('error', (error: Error) => {
      lastError = error
      this.#rarely.say(error.message, (unsaid) =>
        this.#log.warn({ host, port, error: error.message, unsaid }, 'SIP engine connection failed'),
      )
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
    this.#outbox.flush()
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
    if (id !== undefined) this.#pending.set(id, { handler, deadline: this.#clock.now() + withinMs })
    else handler(new EngineUnavailable(`the SIP engine takes no frame of ${frame.length} characters`))
  }

  /** Sends one frame whose reply tells nothing worth waiting for. */
  post(frame: string): void {
    if (this.#socket) this.#write(frame)
  }

  override _onMsg(socket: Socket, payload: string): void {
    // A throw here would leave the agent's input buffer where it is and end the process.
    try {
      const read = readControlFrame(payload)
      if (read.kind === 'reply') this.#outbox.answered(read.to)
      if (read.kind === 'sip') this.#listener.onSip(read.frame)
      else if (read.kind === 'reply' && this.#pending.has(read.to)) this.#settle(read.to, read.reply)
      else super._onMsg(socket, payload)
    } catch (error) {
      this.#log.error({ error: error instanceof Error ? error.stack : error }, 'control frame not handled')
    }
  }

  #tame(socket: Socket): void {
    socket.setNoDelay(true) // which the agent forgets when it reconnects
    const loggingIn = this.#clock.after(startWithinMs, () => {
      if (socket !== this.#socket) socket.destroy()
    })
    socket.once('close', () => loggingIn.cancel())
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

  /** A server that refuses closes the connection; where one does not, we do, and the agent tries again. */
  #refused(why: ControlSecretRefused, reject: (error: Error) => void): void {
    this.#rarely.say(why.message, (unsaid) =>
      this.#log.error({ why: why.message, unsaid }, 'SIP engine connection refused'),
    )
    for (const socket of this.mapServer.keys()) socket.destroy()
    reject(why)
  }

  #cameUp(advertised: string, local: string): void {
    this.#socket = this.mapServer.keys().next().value
    this.#scheduleCheck()
    this.#listener.onUp(advertised, local)
  }

  #wentDown(socket: Socket): void {
    if (socket !== this.#socket) return
    const { host, port } = this.#address
    if (!this.wp?.closing) this.#log.warn({ host, port }, 'SIP engine lost: its calls are over')
    this.#socket = undefined
    this.#outbox.reset(undefined)
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

  /** The id of the frame; undefined when the engine cannot take it. */
  #write(frame: string): string | undefined {
    this.#lastId += 1
    const id = `${this.#idPrefix}${this.#lastId.toString(36)}`
    const payload = `${id}|${frame}`
    if (!this.#outbox.takes(payload)) {
      this.#log.error({ characters: payload.length }, 'a SIP message is too large for this SIP engine')
      return undefined
    }
    this.#outbox.push(id, payload)
    return id
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
