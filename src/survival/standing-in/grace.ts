import { type Aor, type AorText, parseAor, printAor } from '../../domain/aor.ts'
import type { Binding } from '../../domain/binding.ts'
import type { Clock } from '../../lib/clock.ts'
import { keptValue } from '../../lib/kept-value.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import { RecentMap } from '../../lib/recent-map.ts'
import { type GraceTerm, printTerm, readTerm } from './grace-term.ts'
import { type Device, deviceOf, isSameDevice, isVouchedFor } from './known-device.ts'
import { LatePhones } from './late-phones.ts'

export interface GraceParts {
  /** 0: there is none. */
  readonly minutes: number
  readonly pbxs: readonly { readonly name: string; readonly domain: string }[]
  readonly health: {
    /** Whether the PBX of this domain gets the calls and registrations of these users. */
    isInCharge(domain: string, parties?: readonly Aor[]): boolean
    onStateChange(
      listener: (change: {
        readonly domain: string
        readonly from: string
        readonly to: string
        readonly at?: number | undefined
      }) => void,
    ): void
  }
  /** Registered here; `lookup` also where a PBX told that they are. */
  readonly bindings: {
    /** That had not expired at `at`, as far as they have not been told as expired. */
    all(at: number): Iterable<Binding>
    lookup(aor: AorText): readonly Binding[]
    /** Not here: those that a PBX, living or gone, has told of. */
    toldOf(aor: AorText): readonly Binding[]
    /** Told within seconds of the expiry. */
    onExpiry(listener: (expired: readonly Binding[]) => void): void
  }
  /** What outlives a restart. */
  readonly settings: {
    get(key: string): Promise<Uint8Array | undefined>
    set(key: string, value: Uint8Array): Promise<void>
  }
  /** The AoR that a name or alias stands for here. */
  readonly names: { resolve(aor: Aor): Aor | undefined }
  /** Whether the box can check this user's password, as his PBX did. */
  hasPassword(user: Aor): boolean
  readonly clock: Clock
  readonly log: Log
}

/**
 * `over`: its PBX knew it, but has been gone for too long. `early`: its PBX is still in charge, though it may be silent just
 * now. `at-pbx`: it is registered at its PBX itself, which is in charge, and needs nothing here yet. Times in milliseconds since
 * the Unix epoch.
 */
export type GraceAnswer =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'early' | 'at-pbx' }
  | { readonly kind: 'covered'; readonly user: Aor; readonly until: number }
  | { readonly kind: 'over'; readonly since: number }

const mostDevices = 20_000
/** Users who rehearse, at most: the loss of their PBX is played. */
const mostRehearsed = 2_000
/** An expired registration is told of by then. */
const expiryToldWithinMs = 5_000
const unknown: GraceAnswer = { kind: 'unknown' }

/**
 * Phones whose passwords the box does not know, while their PBX is gone: those that the PBX had accepted are let in from
 * where they were, for a while that begins with the loss. Who asks has to see to it that the phone hears what is sent to
 * its address.
 */
export class Grace implements Part {
  readonly name = 'grace'
  readonly #parts: GraceParts
  readonly #terms = new Map<string, GraceTerm>()
  readonly #rehearsed = new RecentMap<{ readonly since: number; readonly devices: readonly Device[] }>(
    mostRehearsed,
  )
  readonly #late = new LatePhones()
  #writing: Promise<void> = Promise.resolve()

  constructor(parts: GraceParts) {
    this.#parts = parts
    parts.bindings.onExpiry((expired) => {
      for (const binding of expired) if (this.#isOfPbx(binding)) this.#late.note(binding)
    })
    parts.health.onStateChange(({ domain, from, to, at }) => {
      const isLost = to === 'survival' && (from === 'normal' || from === 'suspect')
      if (isLost) this.#begin(domain, at ?? parts.clock.now())
      else if (to === 'normal' && from !== 'suspect') this.#end(domain)
    })
  }

  async start(): Promise<void> {
    const { pbxs, settings, log } = this.#parts
    for (const { name, domain } of pbxs) {
      const term = await keptValue(settings, keyOf(name), readTerm, log)
      if (term) this.#terms.set(domain, term)
    }
  }

  async stop(): Promise<void> {
    await this.#writing
  }

  /** Whether this device may speak as that user, and until when; asked for users whose password the box does not know. */
  answerTo(claimed: Aor, device: Device): GraceAnswer {
    const user = this.#parts.names.resolve(claimed) ?? claimed
    if (!this.#isUnproven(user)) return unknown
    const { since, devices } = this.#termOf(user)
    const holds = this.holds(user)
    if (!isAmong(devices, device)) {
      const told = holds ? [] : this.#parts.bindings.toldOf(printAor(user)).map(deviceOf)
      return isAmong(told, device) ? { kind: 'at-pbx' } : unknown
    }
    if (!holds) return { kind: 'early' }
    const until = since + this.#parts.minutes * 60_000
    return until > this.#parts.clock.now() ? { kind: 'covered', user, until } : { kind: 'over', since }
  }

  /** Whether nobody can prove now to be this user: his PBX is gone, and the box has not his password. */
  holds(user: Aor): boolean {
    return this.#isUnproven(user) && !this.#parts.health.isInCharge(user.domain, [user])
  }

  /** As `holds`, and while no phone of this user is registered here that his PBX has accepted: it may not be back home yet. */
  isDoubtful(user: Aor): boolean {
    if (!this.#isUnproven(user)) return false
    return this.holds(user) || !this.#parts.bindings.lookup(printAor(user)).some(isVouchedFor)
  }

  /** A PBX's user whose password the box does not know. */
  #isUnproven(user: Aor): boolean {
    const { pbxs, hasPassword } = this.#parts
    return pbxs.some(({ domain }) => domain === user.domain) && !hasPassword(user)
  }

  #termOf(user: Aor): { readonly since: number; readonly devices: readonly Device[] } {
    const name = printAor(user)
    const { bindings, clock } = this.#parts
    const here = bindings.lookup(name)
    const vouched = here.filter(isVouchedFor).map(deviceOf)
    const term = this.#terms.get(user.domain)
    if (term && term.endedAt === undefined)
      return { since: term.since, devices: [...(term.devices.get(name) ?? []), ...vouched] }
    const late = this.#late.of(name, clock.now())
    const accepted = [...vouched, ...late.filter(isVouchedFor).map(deviceOf)]
    // A rehearsal: the next registration, on grace, takes the place of the one that the PBX has granted.
    if (accepted.length > 0) this.#rehearsed.set(name, { since: clock.now(), devices: accepted })
    const { since, devices } = this.#rehearsed.get(name) ?? { since: 0, devices: [] }
    // Those who have not been with the PBX since it came back.
    const left = [...here, ...late].filter((binding) => !isVouchedFor(binding)).map(deviceOf)
    const leftOver = left.filter((device) => isAmong(term?.devices.get(name), device))
    return leftOver.length === 0
      ? { since, devices }
      : { since: Math.max(since, term?.endedAt ?? 0), devices: [...devices, ...leftOver] }
  }

  #begin(domain: string, since: number): void {
    const before = this.#terms.get(domain)
    // The box was restarted in the middle of an outage: what was granted is not granted anew.
    if (before && before.endedAt === undefined && !this.#hasLivedSince(before, domain)) return
    const devices = new Map<AorText, Device[]>()
    let count = 0
    for (const binding of this.#hereOrLate()) {
      if (count >= mostDevices) break
      if (parseAor(binding.aor)?.domain !== domain) continue
      const device = deviceOf(binding)
      if (!isVouchedFor(binding) && !this.#wasAccepted(binding.aor, device, before)) continue
      count += 1
      const others = devices.get(binding.aor)
      if (others) others.push(device)
      else devices.set(binding.aor, [device])
    }
    this.#keep(domain, { since, devices })
  }

  *#hereOrLate(): Iterable<Binding> {
    const now = this.#parts.clock.now()
    yield* this.#parts.bindings.all(now - expiryToldWithinMs)
    yield* this.#late.all(now)
  }

  /** A phone that came to the box in the last outage, or in a rehearsal, and has not been with the PBX since. */
  #wasAccepted(user: AorText, device: Device, before: GraceTerm | undefined): boolean {
    return isAmong(before?.devices.get(user), device) || isAmong(this.#rehearsed.get(user)?.devices, device)
  }

  #isOfPbx({ aor }: Binding): boolean {
    const domain = parseAor(aor)?.domain
    return this.#parts.pbxs.some((pbx) => pbx.domain === domain)
  }

  #hasLivedSince({ since }: GraceTerm, domain: string): boolean {
    for (const { aor, origin, registeredAt } of this.#hereOrLate()) {
      if (origin === 'pbx' && registeredAt > since && parseAor(aor)?.domain === domain) return true
    }
    return false
  }

  #end(domain: string): void {
    const term = this.#terms.get(domain)
    if (term && term.endedAt === undefined) this.#keep(domain, { ...term, endedAt: this.#parts.clock.now() })
  }

  #keep(domain: string, term: GraceTerm): void {
    const name = this.#parts.pbxs.find((pbx) => pbx.domain === domain)?.name
    if (name === undefined) return
    this.#terms.set(domain, term)
    const { settings, log } = this.#parts
    this.#writing = this.#writing.then(() =>
      settings.set(keyOf(name), printTerm(term)).catch((error: unknown) => {
        log.error({ pbx: name, error: String(error) }, 'grace not kept')
      }),
    )
  }
}

function isAmong(devices: readonly Device[] | undefined, device: Device): boolean {
  return devices?.some((known) => isSameDevice(known, device)) === true
}

function keyOf(pbx: string): string {
  return `grace:${pbx}`
}
