import { createHash } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import type { Clock, Timer } from '../../lib/clock.ts'
import { within } from '../../lib/time-box.ts'
import { type AmiField, type AmiMessage, printAction } from './ami-message.ts'
import { AmiReader } from './ami-reader.ts'
import { AmiTrouble } from './ami-trouble.ts'
import { PendingActions } from './pending-actions.ts'

export interface AmiAccount {
  readonly host: string
  readonly port: number
  readonly username: string
  readonly secret: string
}

/** For a session that asks for more than the state of things. */
export interface AmiSessionLimits {
  /** Classes of events that are wanted: `off` for none. */
  readonly events: string
  readonly largestMessage: number
  readonly answerWithinMs: number
}

export interface AmiSessionParts {
  readonly account: AmiAccount
  readonly limits?: AmiSessionLimits
  readonly clock: Clock
  /** Events may come before `open` has resolved. */
  onEvent(event: AmiMessage): void
  /** Called at most once, and never before `open` has resolved. */
  onEnd(why: AmiTrouble): void
}

/** From the first packet to the login, however slowly the bytes come. */
const openWithinMs = 2_000
const pingEveryMs = 5_000
const bytesPerSecond = 4 << 20
/** What is read of the classes of events: registrations and contacts, channels and devices. */
const usualEvents = 'system,call'

/** One connection to the manager interface, logged in. Ended for good as soon as anything about it is wrong. */
export class AmiSession {
  readonly #parts: AmiSessionParts
  readonly #socket: Socket
  readonly #reader: AmiReader
  readonly #pending: PendingActions
  readonly #opened = Promise.withResolvers<void>()
  #isOpen = false
  #end: AmiTrouble | undefined
  #ping: Timer | undefined
  #thirst: Timer | undefined
  #readInSecond = 0

  /** Resolves when it is logged in; rejects with `AmiTrouble`. */
  static async open(parts: AmiSessionParts, signal: AbortSignal): Promise<AmiSession> {
    const session = new AmiSession(parts)
    const stop = () => session.#fail(new AmiTrouble('away', 'stopped'))
    signal.addEventListener('abort', stop, { once: true })
    const opened = await within(openWithinMs, parts.clock, () => session.#open())
    signal.removeEventListener('abort', stop)
    if (opened.kind === 'value') return session.#established()
    const why = opened.kind === 'failed' ? opened.error : undefined
    if (why !== undefined && !(why instanceof AmiTrouble)) throw why
    const trouble = why ?? new AmiTrouble('too-late', `no login within ${openWithinMs} ms`)
    session.#fail(trouble)
    throw trouble
  }

  private constructor(parts: AmiSessionParts) {
    const { account, limits } = parts
    const { host, port } = account
    this.#parts = parts
    this.#reader = new AmiReader(limits?.largestMessage)
    this.#pending = new PendingActions(parts.clock, (why) => this.#fail(why), limits?.answerWithinMs)
    this.#socket = connect({ host, port, noDelay: true })
    this.#socket.on('connect', () => this.#opened.resolve())
    this.#socket.on('data', (chunk: Buffer) => this.#received(chunk))
    this.#socket.on('error', (cause) => this.#fail(new AmiTrouble('away', cause.message, { cause })))
    this.#socket.on('close', () => this.#fail(new AmiTrouble('away', 'it closed the connection')))
    // Whoever awaits `open` hears of it.
    this.#opened.promise.catch(() => undefined)
  }

  /** With the address that it was reached at. */
  get account(): AmiAccount {
    return this.#parts.account
  }

  /** `Asterisk Call Manager/…` */
  get banner(): string {
    return this.#reader.banner ?? ''
  }

  /** Sends one action; resolves to its response. Rejects with `AmiTrouble`, `refused` when Asterisk said no. */
  async action(name: string, ...fields: readonly AmiField[]): Promise<AmiMessage> {
    if (this.#end) throw this.#end
    return await this.#pending.ask(name, (id) => this.#send(name, id, fields))
  }

  /** Sends an action that is answered by a list of events; `take` gets them before any later event is read. */
  async list(name: string, take: (entries: readonly AmiMessage[]) => void): Promise<void> {
    if (this.#end) throw this.#end
    await this.#pending.askForList(name, (id) => this.#send(name, id, []), take)
  }

  /** Nobody is told of an end that was asked for. */
  close(): void {
    this.#isOpen = false
    this.#fail(new AmiTrouble('away', 'the box is stopping'))
  }

  async #open(): Promise<void> {
    await this.#opened.promise
    const { account, limits } = this.#parts
    const { username, secret } = account
    // The secret itself never goes over the wire.
    const challenge = await this.action('Challenge', ['AuthType', 'MD5'])
    const key = createHash('md5')
      .update(`${challenge.get('Challenge') ?? ''}${secret}`)
      .digest('hex')
    const wanted = limits?.events ?? usualEvents
    await this.action('Login', ['AuthType', 'MD5'], ['Username', username], ['Key', key], ['Events', wanted])
  }

  #established(): this {
    if (this.#end) throw this.#end
    this.#isOpen = true
    this.#ping = this.#parts.clock.after(pingEveryMs, () => void this.#stayAwake())
    return this
  }

  /** A connection that nothing comes through any more is found out by its answers. */
  async #stayAwake(): Promise<void> {
    try {
      await this.action('Ping')
    } catch (error) {
      // `refused` is an answer as well; anything else has ended the session.
      if (!(error instanceof AmiTrouble)) throw error
    }
    if (!this.#end) this.#ping = this.#parts.clock.after(pingEveryMs, () => void this.#stayAwake())
  }

  #send(name: string, id: string, fields: readonly AmiField[]): void {
    this.#socket.write(printAction([['Action', name], ['ActionID', id], ...fields]))
  }

  #received(chunk: Buffer): void {
    this.#slowDown(chunk.length)
    try {
      for (const message of this.#reader.push(chunk)) {
        if (this.#end) return
        if (!this.#pending.take(message) && message.event !== '') this.#parts.onEvent(message)
      }
    } catch (error) {
      if (!(error instanceof AmiTrouble)) throw error
      this.#fail(error)
    }
  }

  /** However much it has to say, the box has calls to attend to. */
  #slowDown(bytes: number): void {
    this.#readInSecond += bytes
    this.#thirst ??= this.#parts.clock.after(1_000, () => {
      this.#thirst = undefined
      this.#readInSecond = 0
      this.#socket.resume()
    })
    if (this.#readInSecond > bytesPerSecond) this.#socket.pause()
  }

  #fail(why: AmiTrouble): void {
    if (this.#end) return
    this.#end = why
    this.#ping?.cancel()
    this.#thirst?.cancel()
    this.#socket.destroy()
    this.#opened.reject(why)
    this.#pending.failAll(why)
    if (this.#isOpen) this.#parts.onEnd(why)
  }
}
