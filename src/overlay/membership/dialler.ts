import { abortAfter, type Bound } from '../../lib/abort-after.ts'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { type Rate, RateBudget } from '../../lib/rate-budget.ts'
import type { FoundBy } from '../overlay.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import type { PeerTable } from './peer-table.ts'
import { redialDelay } from './redial-delay.ts'

/** An address to try, of a box whose peer id may not be known yet. */
export interface Seed {
  readonly address: string
  readonly foundBy: FoundBy
}

interface Network {
  dial(peerId: PeerId | undefined, addresses: readonly string[], signal: AbortSignal): Promise<PeerId>
}

interface Target {
  /** The peer id, or a seed's address. */
  readonly key: string
  readonly peer: PeerId | undefined
  readonly addresses: readonly string[]
  readonly sinceLost: number | undefined
  /** Known only from what others say, or somebody on the local network. */
  readonly isHearsay: boolean
}

interface Attempt {
  failures: number
  notBefore: number
  startedAt: number
  /** Since the attempt under way began there was a reason to try anew. */
  again: boolean
  underWay: boolean
}

const dialWithin = 5_000
const lookAgainEvery = 200
const atOnce = 16
/** The rest is kept for boxes that are known to exist. */
const atOnceForHearsay = 8
/** Room to meet a whole overlay; then a liar can make this box dial the hosts of others no more than once a second. */
const hearsayRate: Rate = { perSecond: 1, burst: 600, longestWait: 0 }
const mostSeeds = 64
const seedPauseWhenConnected = 60_000
const hurriedAtMostEvery = 1_000
const stableAfter = 10_000

/** Keeps this box connected: dials every known peer that is away, and the seeds whose boxes are not connected. */
export class Dialler {
  readonly #self: PeerId
  readonly #table: PeerTable
  readonly #network: Network
  /** Somebody named boxes to this one: it is not the first. What was only suggested may be its own address. */
  readonly hasSeeds: boolean
  readonly #seeds: Seed[]
  readonly #clock: Clock
  readonly #log: Log
  readonly #random: () => number
  readonly #attempts = new Map<string, Attempt>()
  readonly #dials = new Map<Bound, Promise<void>>()
  /** Which box was met at a seed's address. */
  readonly #metAt = new Map<string, PeerId>()
  readonly #hearsay: RateBudget
  #hearsayDials = 0
  #timer: Timer | undefined
  #stopped = true

  constructor(parts: {
    self: PeerId
    table: PeerTable
    network: Network
    seeds: readonly Seed[]
    clock: Clock
    log: Log
    random: () => number
  }) {
    this.#self = parts.self
    this.#table = parts.table
    this.#network = parts.network
    this.#seeds = [...parts.seeds]
    this.hasSeeds = parts.seeds.length > 0
    this.#clock = parts.clock
    this.#log = parts.log
    this.#random = parts.random
    this.#hearsay = new RateBudget(hearsayRate, parts.clock)
  }

  start(): void {
    this.#stopped = false
    this.look()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    for (const bound of this.#dials.keys()) bound.abort(new Error('this box stops'))
    await Promise.all(this.#dials.values())
  }

  /** Dials whoever is due, the longest due first. Called by itself five times a second. */
  look(): void {
    if (this.#stopped) return
    this.#timer?.cancel()
    this.#timer = this.#clock.after(lookAgainEvery, () => this.look())
    const now = this.#clock.now()
    const due = [...this.#peersAway(now), ...this.#openSeeds()]
      .map((target) => ({ target, notBefore: this.#attempts.get(target.key)?.notBefore ?? 0 }))
      .filter(({ notBefore }) => notBefore <= now)
      .toSorted((a, b) => a.notBefore - b.notBefore)
    for (const { target } of due) this.#dial(target)
    this.#forgetTheForgotten()
  }

  /** Addresses found on the way that may lead to boxes of the overlay. */
  suggest(addresses: readonly string[], foundBy: FoundBy): void {
    for (const address of addresses) {
      if (this.#seeds.length >= mostSeeds) break
      if (!this.#seeds.some((seed) => seed.address === address)) this.#seeds.push({ address, foundBy })
    }
    this.look()
  }

  /** The peer may be dialled again at once: somebody needs it, or heard that it is there. */
  hurry(peer: PeerId): void {
    const attempt = this.#attempts.get(peer)
    const now = this.#clock.now()
    if (attempt && now - attempt.startedAt >= hurriedAtMostEvery) {
      attempt.notBefore = Math.min(attempt.notBefore, now)
      attempt.again = attempt.underWay
    }
    this.look()
  }

  /** This box has moved: whoever is away may be within reach now. */
  hurryAll(): void {
    for (const key of this.#attempts.keys()) this.#hasten(key)
    this.look()
  }

  /** A member was lost. One of the two boxes dials at once and the other a moment later, lest they do it twice. */
  lost(peer: PeerId): void {
    const now = this.#clock.now()
    const before = this.#attempts.get(peer)
    const failures = before ? before.failures + 1 : 0
    const pause =
      failures > 0 ? redialDelay(failures, 0, this.#random) : this.#self < peer ? 0 : lookAgainEvery
    this.#attempts.set(peer, {
      ...{ failures, notBefore: now + pause, startedAt: 0 },
      ...{ again: false, underWay: before?.underWay ?? false },
    })
    if (this.#table.members().length === 0) for (const { address } of this.#seeds) this.#hasten(address)
    this.look()
  }

  #hasten(key: string): void {
    const attempt = this.#attempts.get(key)
    if (!attempt) return
    attempt.notBefore = 0
    attempt.failures = 0
    attempt.again = attempt.underWay
  }

  #peersAway(now: number): Target[] {
    const targets: Target[] = []
    for (const known of this.#table.all()) {
      const { peer, addresses, state, since, lostAt, enrolled, foundBy } = known
      // A box that is lost again soon has failed, and is not dialled over and over.
      if (state === 'member' && now - since >= stableAfter) this.#attempts.delete(peer)
      if (state === 'away' && addresses.length > 0)
        targets.push({
          ...{ key: peer, peer, addresses },
          sinceLost: lostAt === undefined ? undefined : now - lostAt,
          isHearsay: !enrolled && (foundBy === 'peer' || foundBy === 'mdns'),
        })
    }
    return targets
  }

  #openSeeds(): Target[] {
    return this.#seeds.flatMap(({ address }) => {
      const peer = this.#metAt.get(address)
      if (peer !== undefined && this.#table.isMember(peer)) return []
      // A box that lost everybody was connected a moment ago: its seeds are as good as lost peers.
      return [{ key: address, peer: undefined, addresses: [address], sinceLost: 0, isHearsay: false }]
    })
  }

  #forgetTheForgotten(): void {
    if (this.#attempts.size <= this.#table.size + this.#seeds.length) return
    const seeds = new Set(this.#seeds.map(({ address }) => address))
    for (const [key, { underWay }] of this.#attempts)
      if (!underWay && !seeds.has(key) && !this.#table.get(key)) this.#attempts.delete(key)
  }

  #dial(target: Target): void {
    const { key, peer, addresses, isHearsay } = target
    const attempt = this.#attempts.get(key) ?? newAttempt()
    if (attempt.underWay || this.#dials.size >= atOnce) return
    if (
      isHearsay &&
      (this.#hearsayDials >= atOnceForHearsay || this.#hearsay.take('hearsay', 1) === undefined)
    )
      return
    if (isHearsay) this.#hearsayDials++
    attempt.underWay = true
    attempt.startedAt = this.#clock.now()
    this.#attempts.set(key, attempt)
    const bound = abortAfter(this.#clock, dialWithin, `no answer in ${dialWithin} ms`)
    const dial = this.#network
      .dial(peer, addresses, bound.signal)
      .then(
        (reached) => {
          if (peer === undefined) this.#metAtSeed(reached, key)
        },
        (error: Error) =>
          this.#log.debug({ peer, addresses, reason: error.message }, 'dialling a box failed'),
      )
      .finally(() => {
        bound.lift()
        this.#dials.delete(bound)
        if (isHearsay) this.#hearsayDials--
        this.#planNext(target)
      })
    this.#dials.set(bound, dial)
  }

  // An attempt counts as failed until the box is a member for a while: a stranger that answers is not dialled on and on.
  #planNext({ key, peer, sinceLost }: Target): void {
    const attempt = this.#attempts.get(key)
    if (!attempt) return
    attempt.underWay = false
    attempt.failures++
    const pause = redialDelay(attempt.failures, sinceLost, this.#random)
    const isIdleSeed = peer === undefined && this.#table.members().length > 0
    const least = isIdleSeed ? seedPauseWhenConnected : 0
    attempt.notBefore = attempt.again ? 0 : this.#clock.now() + Math.max(pause, least)
    attempt.again = false
  }

  #metAtSeed(peer: PeerId, address: string): void {
    this.#metAt.set(address, peer)
    const foundBy = this.#seeds.find((seed) => seed.address === address)?.foundBy ?? 'config'
    this.#table.learn(peer, [address], foundBy, this.#clock.now())
  }
}

function newAttempt(): Attempt {
  return { failures: 0, notBefore: 0, startedAt: 0, again: false, underWay: false }
}
