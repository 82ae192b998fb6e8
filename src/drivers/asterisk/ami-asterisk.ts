import type { AsteriskEntry } from '../../config/sections/asterisks.ts'
import type { AsteriskHangup, AsteriskState } from '../../domain/asterisk-state.ts'
import type { NoticeSink } from '../../domain/notice.ts'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import type { AsteriskConfig } from '../../survival/knowledge/asterisk/asterisk-config.ts'
import { readAmiConfig } from './ami-config.ts'
import { AmiLink, type HostLookUp } from './ami-link.ts'
import type { AmiMessage } from './ami-message.ts'
import { readHangup } from './ami-readings.ts'
import type { AmiSession } from './ami-session.ts'
import { AmiTrouble } from './ami-trouble.ts'
import { type AmiQuestion, AsteriskBook } from './asterisk-book.ts'
import { readLists } from './asterisk-lists.ts'
import { type AsteriskView, asteriskView } from './asterisk-view.ts'
import type { BridgeBook } from './bridge-book.ts'
import { type Originated, type OriginateOrder, Originations } from './originations.ts'
import { OutageNotice } from './outage-notice.ts'

export interface AmiAsteriskParts {
  readonly entry: AsteriskEntry
  readonly names: HostLookUp
  readonly notices: NoticeSink
  readonly clock: Clock
  readonly log: Log
}

/** When Asterisk does not say that it has booted, because the account may not hear of it. */
const bootWithinMs = 5_000
const askSoonMs = 1_000
const readAgainMs = 60_000
/** When an Asterisk dies, its manager connection is lost first. */
const remembersBridgesMs = 60_000

/** One Asterisk, watched and steered over AMI. What it knows is there at once, or not at all: nobody ever waits for it. */
export class AmiAsterisk implements Part {
  readonly name: string
  readonly #parts: AmiAsteriskParts
  readonly #link: AmiLink
  readonly #outage: OutageNotice
  readonly #originations: Originations
  readonly #timers = new Map<AmiQuestion | 'all', Timer>()
  readonly #changeListeners: (() => void)[] = []
  readonly #hangupListeners: ((hangup: AsteriskHangup) => void)[] = []
  #book: AsteriskBook | undefined
  #lastBridges: { readonly book: BridgeBook; readonly lostAt: number } | undefined
  #isKnown = false
  #connectedSince: number | undefined
  #lastError = 'not connected yet'
  #forbidden: readonly string[] = []

  constructor(parts: AmiAsteriskParts) {
    const { entry, names, clock } = parts
    this.name = `asterisk ${entry.name}`
    this.#parts = parts
    this.#outage = new OutageNotice(entry.name, parts.notices, clock)
    this.#originations = new Originations(clock)
    this.#link = new AmiLink({
      account: entry,
      names,
      clock,
      onUp: (session) => this.#up(session),
      onEvent: (event) => this.#heard(event),
      onDown: (why) => this.#down(why),
    })
  }

  /** Does not wait for it: an Asterisk that is away is looked for until it is there. */
  async start(): Promise<void> {
    this.#outage.began('it has not been reached since the start')
    this.#link.start()
  }

  async stop(): Promise<void> {
    this.#link.stop()
    this.#outage.stop()
    this.#forget(new AmiTrouble('away', 'the box is stopping'))
  }

  /** Undefined while the manager interface is away, or has not told all yet. */
  state(): AsteriskState | undefined {
    return this.#isKnown ? this.#book : undefined
  }

  /**
   * Call-IDs of all that a SIP call talks to at this Asterisk, as last heard; undefined when it is not known. The dialplan
   * has to make Call-IDs known for it, as `CAUSEWAY_CALL`.
   */
  partnersOf(callId: string): readonly string[] | undefined {
    const now = this.#book?.bridges.partnersOf(callId)
    const last = this.#lastBridges
    if (now !== undefined || !last) return now
    const isOld = this.#parts.clock.now() - last.lostAt > remembersBridgesMs
    return isOld ? undefined : last.book.partnersOf(callId)
  }

  /** Called after every change of `state()`. */
  onChange(listener: () => void): void {
    this.#changeListeners.push(listener)
  }

  onHangup(listener: (hangup: AsteriskHangup) => void): void {
    this.#hangupListeners.push(listener)
  }

  /** Rejects with `AmiTrouble`. */
  async originate(order: OriginateOrder): Promise<Originated> {
    return await this.#originations.originate(this.#session(), order)
  }

  /** `cause` as in Q.850. Rejects with `AmiTrouble`, `refused` when there is no such channel. */
  async hangUp(channel: string, cause = 16): Promise<void> {
    // Asterisk takes /…/ for a pattern, and hangs up all that fit.
    if (!/^[a-z]\w*\/[\x21-\x7e]+$/i.test(channel))
      throw new AmiTrouble('unsendable', 'that is no name of a channel')
    await this.#session().action('Hangup', ['Channel', channel], ['Cause', String(cause)])
  }

  /** Its config files, read over a connection of its own. Rejects with `AmiTrouble`. */
  async readConfig(): Promise<AsteriskConfig> {
    return await readAmiConfig(this.#session().account, this.#parts.clock)
  }

  view(): AsteriskView {
    return asteriskView({
      name: this.#parts.entry.name,
      banner: this.#link.session?.banner,
      connectedSince: this.#connectedSince,
      state: this.state(),
      lastError: this.#lastError,
      forbidden: this.#forbidden,
    })
  }

  #session(): AmiSession {
    const { session } = this.#link
    if (!session) throw new AmiTrouble('away', `asterisk ${this.#parts.entry.name}: ${this.#lastError}`)
    return session
  }

  #up(session: AmiSession): void {
    const { clock, log, entry } = this.#parts
    this.#connectedSince = clock.now()
    this.#outage.ended()
    log.info({ asterisk: entry.name, banner: session.banner }, 'Asterisk is connected')
    // Events that came together with the login have made a book already.
    this.#book ??= new AsteriskBook()
    if (!this.#timers.has('all')) this.#ask('all', bootWithinMs)
  }

  #down(why: AmiTrouble): void {
    const wasConnected = this.#connectedSince !== undefined
    if (wasConnected || why.message !== this.#lastError)
      this.#parts.log.warn(
        { asterisk: this.#parts.entry.name, why: why.message },
        'Asterisk is not connected',
      )
    this.#lastError = why.message
    this.#outage.began(why.message)
    this.#forget(why)
  }

  #forget(why: AmiTrouble): void {
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
    this.#originations.failAll(why)
    const wasKnown = this.#isKnown
    if (wasKnown && this.#book)
      this.#lastBridges = { book: this.#book.bridges, lostAt: this.#parts.clock.now() }
    this.#book = undefined
    this.#isKnown = false
    this.#connectedSince = undefined
    if (wasKnown) this.#changed()
  }

  #heard(event: AmiMessage): void {
    if (event.event === 'FullyBooted') this.#ask('all', 0)
    this.#originations.take(event)
    if (event.event === 'Hangup') this.#hungUp(event)
    this.#book ??= new AsteriskBook()
    const news = this.#book.apply(event)
    if (news === undefined || !this.#isKnown) return
    if (news === 'changed') this.#changed()
    else if (!this.#timers.has(news)) this.#ask(news, askSoonMs)
  }

  #hungUp(event: AmiMessage): void {
    const hangup = readHangup(event)
    if (hangup) for (const listener of this.#hangupListeners) listener(hangup)
  }

  #ask(question: AmiQuestion | 'all', afterMs: number): void {
    this.#timers.get(question)?.cancel()
    this.#timers.set(
      question,
      this.#parts.clock.after(afterMs, () => void this.#read(question)),
    )
  }

  async #read(question: AmiQuestion | 'all'): Promise<void> {
    this.#timers.delete(question)
    const { session } = this.#link
    const book = this.#book
    if (!session || !book) return
    try {
      const forbidden = await readLists(session, question, book)
      if (book !== this.#book) return
      if (question === 'all') this.#readAll(forbidden)
      this.#changed()
    } catch (error) {
      // Mostly the session has ended with it, and said so.
      if (!(error instanceof AmiTrouble)) throw error
      if (session === this.#link.session) this.#ask(question, readAgainMs)
    }
  }

  #readAll(forbidden: readonly string[]): void {
    const { log, entry } = this.#parts
    if (!this.#isKnown && forbidden.length > 0)
      log.warn({ asterisk: entry.name, forbidden }, 'Asterisk does not tell its manager account all')
    this.#forbidden = forbidden
    this.#isKnown = true
    this.#lastBridges = undefined
    // Events may get lost, and modules are loaded and unloaded.
    this.#ask('all', readAgainMs)
  }

  #changed(): void {
    for (const listener of this.#changeListeners) listener()
  }
}
