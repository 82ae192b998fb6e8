import { AddressSet } from '../../lib/address-set.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { RecentMap } from '../../lib/recent-map.ts'
import { sourceKey } from '../../lib/source-key.ts'
import type { Door } from '../transport/door.ts'
import { type DropCounts, DropReport } from './drop-report.ts'
import { type FirstLook, firstLook } from './first-look.ts'
import type { ProtectionSettings } from './protection-settings.ts'
import { Quota } from './quota.ts'
import type { Standing } from './standing.ts'

/** The most sources remembered; of more, the oldest are forgotten. */
const maxSources = 50_000
/** A source known to be a user's, perhaps many behind one address, may send so many times more. */
const knownFactor = 10

/**
 * Decides whom the engine listens to, before a message costs more than a glance. What it refuses gets no answer: over
 * UDP the answer might go to a victim, and a scanner would learn that somebody is here.
 */
export class Doorkeeper implements Door {
  readonly #settings: ProtectionSettings
  readonly #clock: Clock
  readonly #report: DropReport
  readonly #standings = new RecentMap<Standing>(maxSources)
  readonly #quotas = new RecentMap<Quota>(maxSources)
  readonly #strangers: Quota | undefined
  readonly #scanners: readonly string[]
  #exempt: AddressSet

  /** Throws when an exempt entry is neither an address nor a network. */
  constructor(settings: ProtectionSettings, clock: Clock, log: Log) {
    this.#settings = settings
    this.#clock = clock
    this.#report = new DropReport(clock, log)
    this.#exempt = new AddressSet(settings.exempt)
    this.#scanners = settings.scanners.map((name) => name.toLowerCase())
    const { limits } = settings
    this.#strangers = limits && new Quota(limits.strangersPerSecond, limits.strangerBurst, clock.now())
  }

  get counts(): DropCounts {
    return this.#report.counts
  }

  /** Exempts these besides those of the settings: trunks, PBXs and other neighbours, wherever they are now. */
  setNeighbours(addresses: readonly string[]): void {
    this.#exempt = new AddressSet([...this.#settings.exempt, ...addresses])
  }

  /** `source` is an address or, as `sourceKey` writes it, an IPv6 /64. Undefined makes it a stranger again. */
  setStanding(source: string, standing: Standing | undefined): void {
    if (standing) this.#standings.set(source, standing)
    else this.#standings.delete(source)
  }

  admitsConnection(address: string): boolean {
    if (this.#exempt.has(address)) return true
    const source = sourceKey(address)
    if (this.#standingOf(source, this.#clock.now()) !== 'banned') return true
    this.#report.note('banned', source)
    return false
  }

  admits(data: Buffer, address: string, isConnected: boolean): boolean {
    if (this.#exempt.has(address)) return true
    const source = sourceKey(address)
    const now = this.#clock.now()
    const standing = this.#standingOf(source, now)
    if (standing === 'banned') {
      this.#report.note('banned', source)
      return false
    }
    const look = firstLook(data)
    if (this.#isScanner(look)) {
      // Not remembered: over UDP anybody can send this in another's name.
      this.#report.note('scanner', source, look.userAgent)
      return false
    }
    return this.#isWithinLimits(source, look, data.length, now, standing === 'known', isConnected)
  }

  #isWithinLimits(
    source: string,
    { kind }: FirstLook,
    bytes: number,
    now: number,
    isKnown: boolean,
    isConnected: boolean,
  ): boolean {
    const quota = this.#quotaOf(source, now, isKnown)
    if (!quota) return true
    const isNew = kind === 'new-request'
    if (!quota.take(isNew, bytes, now)) {
      this.#report.note('source-limit', source)
      return false
    }
    // Who answers from everywhere at once costs no transaction; who is connected has shown that the address is its own.
    if (isKnown || isConnected || kind === 'response') return true
    if (this.#strangers?.take(isNew, bytes, now) !== false) return true
    this.#report.note('stranger-limit', source)
    return false
  }

  #quotaOf(source: string, now: number, isKnown: boolean): Quota | undefined {
    const { limits } = this.#settings
    if (!limits) return undefined
    const factor = isKnown ? knownFactor : 1
    let quota = this.#quotas.get(source)
    if (!quota || quota.factor !== factor) {
      quota = new Quota(limits.requestsPerSecond, limits.requestBurst, now, factor)
      this.#quotas.set(source, quota)
    }
    return quota
  }

  #standingOf(source: string, now: number): Standing['kind'] | undefined {
    const standing = this.#standings.get(source)
    if (!standing) return undefined
    if (standing.until > now) return standing.kind
    this.#standings.delete(source)
    return undefined
  }

  #isScanner({ userAgent }: FirstLook): boolean {
    if (userAgent === undefined || userAgent === '') return false
    const name = userAgent.toLowerCase()
    return this.#scanners.some((scanner) => name.includes(scanner))
  }
}
