import type { Clock, Timer } from '../../lib/clock.ts'
import { within } from '../../lib/time-box.ts'
import type { AmiMessage } from './ami-message.ts'
import { type AmiAccount, AmiSession } from './ami-session.ts'
import { AmiTrouble } from './ami-trouble.ts'

/** The addresses of a host, by the box's own resolver: the one of the system may hang, and others with it. */
export interface HostLookUp {
  resolve(
    query: {
      readonly scheme: 'sip'
      readonly host: string
      readonly port: number
      /** The box may speak no SIP over TCP, and the addresses are the same. */
      readonly transport: undefined
    },
    signal: AbortSignal,
  ): readonly FoundAddress[] | Promise<readonly FoundAddress[]>
}

interface FoundAddress {
  readonly address: string
}

export interface AmiLinkParts {
  readonly account: AmiAccount
  readonly names: HostLookUp
  readonly clock: Clock
  onUp(session: AmiSession): void
  onEvent(event: AmiMessage): void
  /** After each attempt that failed, and when a session has ended. */
  onDown(why: AmiTrouble): void
}

// With the two seconds of a log-in that fails, an Asterisk that is there again is found within five.
const lookUpWithinMs = 1_000
const firstRetryMs = 250
const longestRetryMs = 1_500
const refusedRetryMs = 5_000
/** A session that ends sooner counts as one more failure. */
const soundAfterMs = 10_000

/** Holds a session with one Asterisk, and makes a new one as soon as it is lost, for ever. */
export class AmiLink {
  readonly #parts: AmiLinkParts
  #session: AmiSession | undefined
  #abort = new AbortController()
  #retry: Timer | undefined
  #failures = 0
  #openedAt = 0

  constructor(parts: AmiLinkParts) {
    this.#parts = parts
  }

  /** Undefined while there is none. */
  get session(): AmiSession | undefined {
    return this.#session
  }

  start(): void {
    this.#abort = new AbortController()
    void this.#connect(this.#abort.signal)
  }

  stop(): void {
    this.#abort.abort()
    this.#retry?.cancel()
    this.#session?.close()
    this.#session = undefined
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { account, clock, onEvent } = this.#parts
    try {
      const host = await this.#addressOf(account, signal)
      const session = await AmiSession.open(
        { account: { ...account, host }, clock, onEvent, onEnd: (why) => this.#lost(why) },
        signal,
      )
      this.#session = session
      this.#openedAt = clock.now()
      this.#parts.onUp(session)
    } catch (error) {
      if (!(error instanceof AmiTrouble)) throw error
      if (!signal.aborted) this.#lost(error)
    }
  }

  /** A host with several addresses is tried at one after the other. */
  async #addressOf({ host, port }: AmiAccount, signal: AbortSignal): Promise<string> {
    const { names, clock } = this.#parts
    const query = { scheme: 'sip', host, port, transport: undefined } as const
    const found = await within(lookUpWithinMs, clock, async (late) =>
      names.resolve(query, AbortSignal.any([late, signal])),
    )
    if (found.kind === 'failed') throw new AmiTrouble('away', `${host} is not found`, { cause: found.error })
    if (found.kind === 'too-late') throw new AmiTrouble('away', `${host} is not found in time`)
    const address = found.value[this.#failures % found.value.length]?.address
    if (address === undefined) throw new AmiTrouble('away', `${host} has no address`)
    return address
  }

  #lost(why: AmiTrouble): void {
    const wasSound = this.#session !== undefined && this.#parts.clock.now() - this.#openedAt > soundAfterMs
    if (wasSound) this.#failures = 0
    this.#session = undefined
    const { signal } = this.#abort
    if (signal.aborted) return
    const waitMs =
      why.kind === 'refused'
        ? refusedRetryMs
        : Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(this.#failures, 10))
    this.#failures += 1
    this.#retry = this.#parts.clock.after(waitMs, () => void this.#connect(signal))
    this.#parts.onDown(why)
  }
}
