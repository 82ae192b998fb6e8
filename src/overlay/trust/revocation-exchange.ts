import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { RecentMap } from '../../lib/recent-map.ts'
import type { PeerTable } from '../membership/peer-table.ts'
import type { PeerCalls } from '../protocol/peer-calls.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import type { PeerReply, PeerRequest } from '../protocol/peer-message.ts'

/** What this box knows of revoked boxes. */
export interface RevocationBook {
  /** Equal at two boxes that know the same; 16 bytes. */
  mark(): Uint8Array
  statements(): readonly Uint8Array[]
  /** Believes and keeps what an issuer signed; returns what was new. Never throws for what others sent. */
  take(statements: readonly Uint8Array[]): readonly Uint8Array[]
  /** Looks for what another process of this box wrote; returns what is new. */
  reread(): readonly Uint8Array[]
}

const rereadEvery = 5_000
/** A box that always shows another number costs no more than that. */
const compareAtMostEvery = 5_000
const mostRemembered = 512
const answerWithin = 3_000
/** Who hears of a revocation tells it to so many others: an epidemic that reaches everybody in log N steps. */
const tellOthers = 3

/**
 * Spreads revocations: whoever has a new one tells it at once, and two boxes compare when a ping shows that they differ,
 * so that neither a lost message nor a long absence matters.
 */
export class RevocationExchange {
  readonly #book: RevocationBook
  readonly #table: Pick<PeerTable, 'members'>
  readonly #calls: Pick<PeerCalls, 'ask'>
  readonly #clock: Clock
  readonly #random: () => number
  readonly #log: Log
  readonly #onRevoked: () => void
  /** When a box was last compared with. */
  readonly #comparedAt = new RecentMap<number>(mostRemembered)
  #timer: Timer | undefined

  constructor(parts: {
    book: RevocationBook
    table: Pick<PeerTable, 'members'>
    calls: Pick<PeerCalls, 'ask'>
    clock: Clock
    random: () => number
    log: Log
    /** Some box may be out now. */
    onRevoked: () => void
  }) {
    this.#book = parts.book
    this.#table = parts.table
    this.#calls = parts.calls
    this.#clock = parts.clock
    this.#random = parts.random
    this.#log = parts.log
    this.#onRevoked = parts.onRevoked
  }

  start(): void {
    this.#timer = this.#clock.after(rereadEvery, () => {
      this.start()
      this.#reread()
    })
  }

  stop(): void {
    this.#timer?.cancel()
  }

  /** Rides on pings: equal at boxes that know the same; 0 when nobody is revoked. */
  get serial(): number {
    return this.#book.statements().length === 0 ? 0 : Buffer.from(this.#book.mark()).readUIntBE(0, 6)
  }

  /** A member's ping showed another number. */
  heard(peer: PeerId): void {
    const now = this.#clock.now()
    if (now - (this.#comparedAt.get(peer) ?? Number.NEGATIVE_INFINITY) < compareAtMostEvery) return
    this.#comparedAt.set(peer, now)
    void this.#compare(peer)
  }

  answer(question: Extract<PeerRequest, { type: 'revocations' | 'revoke' }>): PeerReply {
    if (question.type === 'revoke') {
      this.#learn(question.statements)
      return { type: 'noted' }
    }
    const mark = this.#book.mark()
    const agree = Buffer.compare(mark, question.mark) === 0
    return { type: 'revocations', mark, statements: agree ? [] : this.#book.statements() }
  }

  async #compare(peer: PeerId): Promise<void> {
    try {
      const question = { type: 'revocations' as const, mark: this.#book.mark() }
      const theirs = await this.#calls.ask(peer, question, 'revocations', answerWithin)
      this.#learn(theirs.statements)
      if (Buffer.compare(this.#book.mark(), theirs.mark) === 0) return
      const known = new Set(theirs.statements.map(asText))
      await this.#tell(
        peer,
        this.#book.statements().filter((statement) => !known.has(asText(statement))),
      )
    } catch (error) {
      this.#log.debug({ peer, reason: (error as Error).message }, 'comparing revocations failed')
    }
  }

  #reread(): void {
    const fresh = this.#book.reread()
    if (fresh.length === 0) return
    this.#log.warn({ boxes: fresh.length }, 'a box was revoked here')
    this.#onRevoked()
    for (const { peer } of this.#table.members()) void this.#tell(peer, fresh)
  }

  #learn(statements: readonly Uint8Array[]): void {
    const fresh = this.#book.take(statements)
    if (fresh.length === 0) return
    this.#log.warn({ boxes: fresh.length }, 'a box was revoked elsewhere')
    this.#onRevoked()
    for (const peer of this.#some(tellOthers)) void this.#tell(peer, fresh)
  }

  async #tell(peer: PeerId, statements: readonly Uint8Array[]): Promise<void> {
    if (statements.length === 0) return
    try {
      await this.#calls.ask(peer, { type: 'revoke', statements }, 'noted', answerWithin)
    } catch (error) {
      this.#log.debug({ peer, reason: (error as Error).message }, 'telling of a revocation failed')
    }
  }

  #some(count: number): PeerId[] {
    const members = this.#table.members().map(({ peer }) => peer)
    const chosen: PeerId[] = []
    while (chosen.length < count && members.length > 0)
      chosen.push(...members.splice(Math.floor(this.#random() * members.length), 1))
    return chosen
  }
}

function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}
