import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { PeerTable } from '../membership/peer-table.ts'
import type { PeerCalls } from '../protocol/peer-calls.ts'
import { credentialAge, credentialWarning } from './credential-life.ts'
import type { EnrolmentDesk, PeerCredential } from './credential-reader.ts'
import type { OwnCredential } from './own-credential.ts'

const hour = 3_600_000
const soonAfterStart = 30_000
const againAfterFailure = hour / 6
const answerWithin = 5_000
const warnEvery = 24 * hour

/** Gets this box a new credential in good time from any issuer that is connected, without ending a connection. */
export class Renewal {
  readonly #own: OwnCredential
  readonly #table: Pick<PeerTable, 'members'>
  readonly #calls: Pick<PeerCalls, 'ask'>
  readonly #desk: EnrolmentDesk | undefined
  readonly #clock: Clock
  readonly #random: () => number
  readonly #log: Log
  readonly #onRenewed: (credential: Uint8Array) => void
  #timer: Timer | undefined
  #warnedAt = Number.NEGATIVE_INFINITY
  #stopped = true

  constructor(parts: {
    own: OwnCredential
    table: Pick<PeerTable, 'members'>
    calls: Pick<PeerCalls, 'ask'>
    /** An issuing box renews its own. */
    desk: EnrolmentDesk | undefined
    clock: Clock
    random: () => number
    log: Log
    /** Keeps it, and shows it to the members. */
    onRenewed: (credential: Uint8Array) => void
  }) {
    this.#own = parts.own
    this.#table = parts.table
    this.#calls = parts.calls
    this.#desk = parts.desk
    this.#clock = parts.clock
    this.#random = parts.random
    this.#log = parts.log
    this.#onRenewed = parts.onRenewed
  }

  start(): void {
    this.#stopped = false
    this.#plan(soonAfterStart)
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  /** What the person in charge should know; undefined while there is nothing. */
  warning(): string | undefined {
    return credentialWarning(this.#own.content, this.#clock.now())
  }

  #plan(milliseconds: number): void {
    // Boxes that were made on one day do not all ask in one moment.
    const spread = milliseconds * (0.75 + 0.5 * this.#random())
    if (!this.#stopped) this.#timer = this.#clock.after(spread, () => void this.#look())
  }

  async #look(): Promise<void> {
    const now = this.#clock.now()
    if (credentialAge(this.#own.content, now) === 'fresh') return this.#plan(hour)
    const renewed = await this.#renew()
    if (!renewed) this.#warn(now)
    this.#plan(renewed ? hour : againAfterFailure)
  }

  async #renew(): Promise<boolean> {
    for (const ask of this.#issuers())
      try {
        const credential = await ask()
        if (this.#stopped) return false
        this.#own.replace(credential)
        const { notAfter } = this.#own.content
        this.#log.info({ until: new Date(notAfter).toISOString() }, "this box's credential was renewed")
        this.#onRenewed(credential)
        return true
      } catch (error) {
        this.#log.debug({ reason: (error as Error).message }, 'a credential was not renewed')
      }
    return false
  }

  *#issuers(): Generator<() => Promise<Uint8Array>> {
    const { bytes, content } = this.#own
    const desk = this.#desk
    if (desk)
      yield async () => {
        const renewed = await desk.renew(content.publicKey, bytes)
        if ('credential' in renewed) return renewed.credential
        throw new Error(renewed.refusedBecause)
      }
    const issuers = this.#table.members().filter(({ credential }) => credential && isIssuer(credential))
    const first = Math.floor(this.#random() * issuers.length)
    for (const { peer } of [...issuers.slice(first), ...issuers.slice(0, first)])
      yield async () => {
        const question = { type: 'renew' as const, credential: bytes }
        return (await this.#calls.ask(peer, question, 'renewed', answerWithin)).credential
      }
  }

  #warn(now: number): void {
    const warning = this.warning()
    if (warning === undefined || now - this.#warnedAt < warnEvery) return
    this.#warnedAt = now
    this.#log.warn({ reason: warning }, 'a credential has to be renewed')
  }
}

/** An issuing box gives its own credential to itself. */
function isIssuer({ publicKey, issuer }: PeerCredential): boolean {
  return issuer !== undefined && Buffer.compare(issuer.publicKey, publicKey) === 0
}
