import type { GuardSection } from '../config/sections/guard.ts'
import type { SipSource } from '../domain/sip.ts'
import { AddressSet } from '../lib/address-set.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { RecentMap } from '../lib/recent-map.ts'
import { sourceKey } from '../lib/source-key.ts'
import { addFailure, type FailureWindow } from './failure-window.ts'
import { GuessedNames } from './guessed-names.ts'
import { isScannerName } from './scanner-names.ts'
import { fullBucket, type TokenBucket, takeToken } from './token-bucket.ts'

export type Admission = 'ok' | 'banned' | 'too-fast'

/** A source that gets no answer. Times in milliseconds since the Unix epoch. */
export interface Ban {
  /** An IPv4 address, or an IPv6 /64. */
  readonly address: string
  readonly since: number
  readonly until: number
}

/** What has become of a source: undefined is neither known nor banned. `source` is an address or an IPv6 /64. */
export type StandingListener = (
  source: string,
  standing: { readonly kind: 'known' | 'banned'; readonly until: number } | undefined,
) => void

export interface GuardCounts {
  banned: number
  tooFast: number
  authFailures: number
}

/** Where a request comes from; without a port nobody is told from his neighbours. */
export type GuardedSource = Pick<SipSource, 'address'> & Partial<Pick<SipSource, 'transport' | 'port'>>

/** Whether a user is registered by exactly this transport, address and port: this one, when a name is given. */
export type IsRegisteredFlow = (source: SipSource, name?: string) => boolean

/** The most sources remembered for each purpose; of more, those not heard longest are forgotten. */
const maxSources = 50_000
/** How long a source that has shown a right password is spared the rate limit. */
const trustMs = 600_000
/** Where users are, so many times the wrong passwords of one name may be tried with many names before all is shut. */
const namesToBan = 10

/** Keeps guessing and floods away from the rest. All it knows is in memory: a restart forgives. */
export class Guard {
  readonly counts: GuardCounts = { banned: 0, tooFast: 0, authFailures: 0 }
  readonly #section: GuardSection
  readonly #log: Log
  readonly #clock: Clock
  readonly #spared: AddressSet
  readonly #buckets = new RecentMap<TokenBucket>(maxSources)
  readonly #failures = new RecentMap<FailureWindow>(maxSources)
  readonly #bans = new RecentMap<Ban>(maxSources)
  readonly #trusted = new RecentMap<number>(maxSources)
  readonly #names: GuessedNames
  /** When a flow, of all at its address, last tried a wrong password. */
  readonly #guessers = new RecentMap<number>(maxSources)
  #onStanding: StandingListener = () => undefined
  #isRegistered: IsRegisteredFlow = () => false

  /** `neverBan` takes addresses and networks ("192.0.2.0/24"); throws on anything else. */
  constructor(section: GuardSection, log: Log, clock: Clock = systemClock) {
    this.#section = section
    this.#log = log
    this.#clock = clock
    this.#spared = sparedOf(section)
    this.#names = new GuessedNames({
      guesses: section.authFailuresToBan,
      windowMs: section.authWindowSeconds * 1_000,
      blockMs: section.banSeconds * 1_000,
    })
  }

  /** By what phones that are registered are told from others behind their address; called once. */
  spareRegistered(isRegistered: IsRegisteredFlow): void {
    this.#isRegistered = isRegistered
  }

  /** Names the one who keeps banned sources out and lets known ones in before the guard is asked; called once. */
  onStanding(listener: StandingListener): void {
    this.#onStanding = listener
  }

  /** May a new request from there be looked at? What is not `ok` is best dropped without an answer. */
  admit(from: GuardedSource, userAgent?: string): Admission {
    const { address } = from
    const source = sourceKey(address)
    const now = this.#clock.now()
    if (this.#isBanned(source, now)) return this.#isInnocent(from, now) ? 'ok' : this.#count('banned')
    if (this.#isSpared(address)) return 'ok'
    // Not remembered: over UDP anybody can send this in another's name.
    if (isScannerName(userAgent, this.#section.scanners)) return this.#count('banned')
    if (this.#isTrusted(source, now)) return 'ok'
    const rate = { perSecond: this.#section.requestsPerSecond, burst: this.#section.requestBurst }
    const { bucket, isAllowed } = takeToken(this.#buckets.get(source) ?? fullBucket(rate, now), rate, now)
    this.#buckets.set(source, bucket)
    return isAllowed ? 'ok' : this.#count('tooFast')
  }

  /**
   * A wrong password, not a missing or stale one. The caller must know that the source can hear our answers (a nonce
   * issued to it came back), else spoofed packets would ban the innocent. Where users are, a name that is guessed is
   * blocked first, and only who tries many names shuts out the whole address.
   */
  noteAuthFailure(from: GuardedSource, name?: string): void {
    const { address } = from
    this.counts.authFailures++
    if (this.#isSpared(address)) return
    const source = sourceKey(address)
    const now = this.#clock.now()
    const { authFailuresToBan, authWindowSeconds } = this.#section
    const hasUsers = name !== undefined && this.#isTrusted(source, now)
    if (hasUsers) this.#noteGuess(source, name, from, now)
    const { window, isFull } = addFailure(
      this.#failures.get(source) ?? [],
      now,
      authWindowSeconds * 1_000,
      hasUsers ? authFailuresToBan * namesToBan : authFailuresToBan,
    )
    this.#failures.set(source, window)
    if (isFull) this.#ban(source, now)
  }

  /** Whether passwords for this name may not be tried from there just now, right or wrong. */
  isBlocked(from: SipSource, name: string): boolean {
    const source = sourceKey(from.address)
    const now = this.#clock.now()
    // Let in before the ban, and looked at only now.
    if (this.#isBanned(source, now)) return !this.#isInnocent(from, now)
    const isBlocked = this.#names.isBlocked(source, name, now)
    // The user himself is registered there, and the guesser is somebody else behind the same address.
    return isBlocked && !this.#isRegistered(from, name)
  }

  /** Frees the source from the rate limit for a while; its failures still count, or one account would hide guessing. */
  noteAuthSuccess({ address }: Pick<SipSource, 'address'>): void {
    this.noteUser({ address }, this.#clock.now() + trustMs)
  }

  /** The same until a time in milliseconds since the Unix epoch: a user is registered from there. */
  noteUser({ address }: Pick<SipSource, 'address'>, until: number): void {
    const source = sourceKey(address)
    const now = this.#clock.now()
    const known = this.#trusted.get(source) ?? 0
    // Said of every request that shows a password: told only when much of the time is new.
    if (until <= now || until - known < (until - now) / 2 || this.#isBanned(source, now)) return
    this.#trusted.set(source, until)
    this.#onStanding(source, { kind: 'known', until })
  }

  /** Bans in force, the latest last. */
  bans(): Ban[] {
    const now = this.#clock.now()
    return [...this.#bans.entries()].map(([, ban]) => ban).filter((ban) => ban.until > now)
  }

  /** Lifts the ban of an address (or of its /64, as listed) and forgets its failures; false when there was none. */
  release(address: string): boolean {
    const source = address.endsWith('::/64') ? address : sourceKey(address)
    this.#failures.delete(source)
    const wasBlocked = this.#names.release(source, this.#clock.now())
    if (!this.#bans.delete(source)) return wasBlocked
    this.#onStanding(source, undefined)
    return true
  }

  #noteGuess(source: string, name: string, from: GuardedSource, now: number): void {
    this.#guessers.set(flowKey(from), now)
    if (!this.#names.note(source, name, now)) return
    const { banSeconds: seconds } = this.#section
    this.#log.warn({ source, name, seconds }, 'name blocked from a source for wrong passwords')
  }

  /** A registered phone behind an address that is banned for what another one does there. */
  #isInnocent({ address, transport, port }: GuardedSource, now: number): boolean {
    if (transport === undefined || port === undefined) return false
    const guessedAt = this.#guessers.get(flowKey({ address, transport, port }))
    if (guessedAt !== undefined && now - guessedAt < this.#section.banSeconds * 1_000) return false
    return this.#isRegistered({ address, transport, port })
  }

  #isTrusted(source: string, now: number): boolean {
    return (this.#trusted.get(source) ?? 0) > now
  }

  #isBanned(source: string, now: number): boolean {
    const ban = this.#bans.get(source)
    if (!ban) return false
    if (ban.until > now) return true
    this.#bans.delete(source)
    return false
  }

  #ban(source: string, now: number): void {
    const until = now + this.#section.banSeconds * 1_000
    this.#bans.set(source, { address: source, since: now, until })
    this.#failures.delete(source)
    const isUsers = this.#isTrusted(source, now)
    this.#trusted.delete(source)
    // Where users are, one of them may have to call for help: that is seen only by who reads the request.
    this.#onStanding(source, isUsers ? undefined : { kind: 'banned', until })
    this.#log.warn({ source, seconds: this.#section.banSeconds }, 'source banned for wrong passwords')
  }

  #isSpared(address: string): boolean {
    return this.#spared.has(address)
  }

  #count(what: 'banned' | 'tooFast'): Admission {
    this.counts[what]++
    return what === 'banned' ? 'banned' : 'too-fast'
  }
}

function flowKey({ transport, address, port }: GuardedSource): string {
  return `${transport} ${address} ${port}`
}

function sparedOf({ neverBan }: GuardSection): AddressSet {
  try {
    return new AddressSet(neverBan)
  } catch (cause) {
    throw new Error(`guard.neverBan: ${(cause as Error).message}`, { cause })
  }
}
