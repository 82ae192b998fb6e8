import type { PhoneWay } from '../../config/sections/phone-groups.ts'
import { type Aor, type AorText, parseAor } from '../../domain/aor.ts'
import type { Binding } from '../../domain/binding.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import type { PbxStateChange, WatchedPbx } from '../health/pbx-watch.ts'
import type { PbxOutcome } from '../health/pbx-witness.ts'
import type { LedOutcome } from './led-registration.ts'
import { ReturningPhones } from './returning-phones.ts'

export interface HomecomingParts {
  readonly pbxs: {
    stateOf(domain: string): WatchedPbx | undefined
    isInCharge(domain: string): boolean
    saw(name: string, outcome: PbxOutcome, asked: { readonly method: 'REGISTER' }): void
    onStateChange(listener: (change: PbxStateChange) => void): void
  }
  readonly bindings: {
    all(): Iterable<Binding>
    lookup(aor: AorText): readonly Binding[]
    save(
      aor: AorText,
      changes: { readonly put: readonly Binding[]; readonly remove: readonly Binding[] },
    ): Promise<unknown>
  }
  readonly ways: { wayOf(user: Aor): PhoneWay | undefined }
  /** Whether the box can speak for a user at his PBX. */
  readonly credentials: { has(user: AorText): boolean }
  /** Registers one phone at its PBX. */
  readonly register: (pbx: WatchedPbx, binding: Binding) => Promise<LedOutcome>
  /** Waits until one more REGISTER may go to the PBX of that name; undefined when too many wait. */
  readonly turn: (pbx: string) => Promise<void> | undefined
  /** Longest registration that the box grants: phones that were led home speak for themselves within it. */
  readonly expirySeconds: number
  readonly clock: Clock
  readonly log: Log
}

/** A PBX that keeps the box waiting for one phone does not keep all the others waiting. */
const mostUnderWay = 20
const busyPauseMs = 500
/** Phones that must speak for themselves have done so by then, or are gone. */
const longestMs = 600_000

/**
 * Leads the phones of a PBX that has come back home to it, at a pace that it can bear: the box registers those whose
 * users it can speak for; the others come by themselves as their short registrations end.
 */
export class Homecoming implements Part {
  readonly name = 'homecoming'
  readonly #parts: HomecomingParts
  readonly #returns = new Map<string, ReturningPhones>()
  readonly #leading = new Map<ReturningPhones, Promise<void>>()
  #isRunning = false

  constructor(parts: HomecomingParts) {
    this.#parts = parts
    parts.pbxs.onStateChange(({ domain, from, to }) => {
      if (to === 'normal') this.#begin(domain, from === 'suspect' ? isUnknownToPbx : () => true)
      if (to === 'survival') this.#end(domain)
    })
  }

  async start(): Promise<void> {
    this.#isRunning = true
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    for (const domain of [...this.#returns.keys()]) this.#end(domain)
    await Promise.all(this.#leading.values())
  }

  /** While phones come home the PBX gets REGISTERs at the pace of the return. */
  isUnderWay(domain: string): boolean {
    return this.#returns.has(domain)
  }

  /** The box answers this user's phones itself until it has led them home. */
  isToBeLed(user: AorText, domain: string): boolean {
    return this.#returns.get(domain)?.isToBeLed(user) ?? false
  }

  /** The PBX may have forgotten this user's phones. */
  isAwaited(user: AorText, domain: string): boolean {
    return this.#returns.get(domain)?.has(user) ?? false
  }

  /** Whether the PBX that lives again may not know where the user's phones are, though the box does. */
  isAway(aor: AorText): boolean {
    const user = parseAor(aor)
    if (!user) return false
    if (this.#returns.get(user.domain)?.has(aor)) return true
    if (this.#parts.ways.wayOf(user) !== 'front') return false
    const bindings = this.#parts.bindings.lookup(aor)
    return bindings.length > 0 && bindings.every(isUnknownToPbx)
  }

  /** The PBX has accepted a phone's own registration. */
  cameHome(user: AorText, domain: string): void {
    this.#returns.get(domain)?.cameHome(user, this.#parts.bindings.lookup(user))
  }

  #begin(domain: string, isMeant: (binding: Binding) => boolean): void {
    const { bindings, clock, credentials, pbxs } = this.#parts
    if (!this.#isRunning || !pbxs.isInCharge(domain)) return
    const users = new Set<AorText>()
    for (const binding of bindings.all())
      if (isMeant(binding) && this.#isOf(binding, domain)) users.add(binding.aor)
    if (users.size === 0) return
    const back = this.#returns.get(domain) ?? new ReturningPhones(clock.now())
    this.#returns.set(domain, back)
    for (const user of users) back.add(user, credentials.has(user))
    if (this.#leading.has(back)) return
    this.#leading.set(
      back,
      this.#lead(domain, back).finally(() => this.#leading.delete(back)),
    )
  }

  #end(domain: string): void {
    const back = this.#returns.get(domain)
    this.#returns.delete(domain)
    back?.end()
  }

  #isOf({ aor }: Binding, domain: string): boolean {
    const user = parseAor(aor)
    return user?.domain === domain && this.#parts.ways.wayOf(user) === 'front'
  }

  async #lead(domain: string, back: ReturningPhones): Promise<void> {
    const pbx = this.#parts.pbxs.stateOf(domain)
    const underWay = new Set<Promise<void>>()
    while (pbx && !back.hasEnded && (back.waiting > 0 || underWay.size > 0)) {
      const user = underWay.size < mostUnderWay ? back.next() : undefined
      if (user !== undefined) {
        const leading = this.#leadUser(pbx, user, back).finally(() => underWay.delete(leading))
        underWay.add(leading)
      } else if (underWay.size > 0) await Promise.race(underWay)
    }
    await Promise.all(underWay)
    if (back.hasEnded) return
    this.#parts.log.info({ domain, ...back.counts }, 'phones led home to the PBX')
    this.#watchUntilQuiet(domain, back)
  }

  async #leadUser(pbx: WatchedPbx, user: AorText, back: ReturningPhones): Promise<void> {
    for (const binding of this.#parts.bindings.lookup(user)) {
      await this.#turn(pbx.name, back)
      if (back.hasEnded) return
      const led = await this.#parts.register(pbx, binding)
      if (led.kind === 'failed') this.#parts.pbxs.saw(pbx.name, led.outcome, { method: 'REGISTER' })
      if (led.kind !== 'home') {
        this.#parts.log.info({ aor: user, ...led }, 'phone not led home')
        if (led.kind !== 'failed') return back.mustComeHimself(user)
        if (led.outcome !== 'unsent') return back.failed(user)
        // That was trouble of this box: it says nothing about the PBX, nor about the phone.
        await this.#pause()
        const isTooLong = this.#parts.clock.now() - back.since >= longestMs
        return isTooLong ? back.mustComeHimself(user) : back.waitsOn(user)
      }
      await this.#note(binding, led.until)
    }
    back.isLedHome(user)
  }

  async #turn(pbx: string, back: ReturningPhones): Promise<void> {
    for (let turn = this.#parts.turn(pbx); !back.hasEnded; turn = this.#parts.turn(pbx)) {
      if (turn) return turn
      await this.#pause()
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.after(busyPauseMs, resolve))
  }

  /**
   * The binding is now what the PBX granted, which is longer than what the phone was: the phone repeats its short
   * registration soon, and is told then.
   */
  async #note({ aor, contact }: Binding, until: number): Promise<void> {
    const { bindings, clock, log } = this.#parts
    const current = bindings.lookup(aor).find((other) => other.contact === contact)
    if (!current) return
    const expiresAt = Math.max(current.expiresAt, until)
    const put: Binding[] = [{ ...current, origin: 'pbx', registeredAt: clock.now(), expiresAt }]
    try {
      await bindings.save(aor, { put, remove: [] })
    } catch (error) {
      log.error({ aor, error }, 'phone led home, but not noted')
    }
  }

  /** The pace is kept until those who were led home have had their next word too. */
  #watchUntilQuiet(domain: string, back: ReturningPhones): void {
    const { bindings, clock, expirySeconds, log } = this.#parts
    clock.after(expirySeconds * 1_000, () => {
      if (back.hasEnded || this.#leading.has(back)) return
      back.forgetUnless((user) => bindings.lookup(user).length > 0)
      if (back.counts.away > 0 && clock.now() - back.since < longestMs)
        return this.#watchUntilQuiet(domain, back)
      log.info({ domain, ...back.counts }, 'return of the phones is over')
      this.#end(domain)
    })
  }
}

function isUnknownToPbx({ origin }: Binding): boolean {
  return origin === 'box'
}
