import { type Aor, type AorText, aor, printAor } from '../../domain/aor.ts'
import type { AsteriskContact, AsteriskState } from '../../domain/asterisk-state.ts'
import type { Binding } from '../../domain/binding.ts'
import { parseDialledUri } from '../../domain/sip-uri.ts'
import type { Clock, Timer } from '../../lib/clock.ts'
import { keptValue } from '../../lib/kept-value.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import { type MirroredPhone, mirroredBinding, placeOf, usableUntil } from './mirrored-phone.ts'

/** A PBX whose phones are known because it tells of them. */
export interface MirroredPbx {
  readonly name: string
  readonly domain: string
  readonly phones: {
    /** Undefined while it does not tell. */
    state(): Pick<AsteriskState, 'contacts'> | undefined
    onChange(listener: () => void): void
  }
}

export interface MirroredPhonesParts {
  readonly pbxs: readonly MirroredPbx[]
  readonly health: { isInCharge(domain: string): boolean }
  /** What outlives a restart. */
  readonly settings: {
    get(key: string): Promise<Uint8Array | undefined>
    set(key: string, value: Uint8Array): Promise<void>
  }
  /** The AoR that a name or alias stands for here. */
  readonly names: { resolve(aor: Aor): Aor | undefined }
  /** Whether a host and port are this box: such contacts are phones that registered through it. */
  readonly isOwnHost: (host: string, port: number | undefined) => boolean
  readonly clock: Clock
  readonly log: Log
}

/** A contact is what a phone told the PBX: nothing that could be more than a URI goes into a request. */
const isUri = /^[\x21-\x7e]+$/
const copyAfterMs = 500
const keepAfterMs = 5_000
/** When all are where they were, only the time they were last seen is written. */
const keepAgainMs = 600_000
const mostPhones = 5_000
/** A phone that is no longer registered at a PBX which lives. Longer than a PBX that was restarted without memory needs. */
const forgottenAfterMs = 3_600_000

/** Where the phones of the PBXs are registered, kept as knowledge for the time when a PBX is gone. */
export class MirroredPhones implements Part {
  readonly name = 'mirrored-phones'
  readonly #parts: MirroredPhonesParts
  readonly #phones = new Map<AorText, readonly MirroredPhone[]>()
  readonly #copies = new Map<string, Timer>()
  /** Contacts as they were last told, by PBX. */
  readonly #copied = new Map<string, readonly AsteriskContact[]>()
  #keeping: Timer | undefined
  #keepDue = 0
  #isRunning = false

  constructor(parts: MirroredPhonesParts) {
    this.#parts = parts
    for (const pbx of parts.pbxs) pbx.phones.onChange(() => this.#copySoon(pbx))
  }

  async start(): Promise<void> {
    for (const pbx of this.#parts.pbxs) await this.#load(pbx)
    this.#isRunning = true
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    for (const timer of this.#copies.values()) timer.cancel()
    this.#copies.clear()
    if (this.#keeping) await this.#keep()
  }

  /** The phones that a user is called at: those registered here and, while his PBX is gone, those it last told of. */
  withMirrored(user: AorText, registered: readonly Binding[]): readonly Binding[] {
    const phones = this.#phones.get(user)
    if (!phones) return registered
    const { health, clock } = this.#parts
    const places = new Set(registered.flatMap(placesOf))
    const others = usable(phones, clock.now()).filter(
      ({ domain, uri }) => !health.isInCharge(domain) && !places.has(placeOf(uri)),
    )
    return [...registered, ...others.map((phone) => mirroredBinding(user, phone))]
  }

  /** Look-ups of registrations, with what is mirrored among them. */
  over(registered: { lookup(user: AorText): readonly Binding[] }): {
    lookup(user: AorText): readonly Binding[]
  } {
    return { lookup: (user) => this.withMirrored(user, registered.lookup(user)) }
  }

  /** Phones of a user that his PBX has told of, whether it lives or not. */
  toldOf(user: AorText): readonly Binding[] {
    const phones = usable(this.#phones.get(user) ?? [], this.#parts.clock.now())
    return phones.map((phone) => mirroredBinding(user, phone))
  }

  /** For the operator, by user. */
  view(): readonly { readonly user: AorText; readonly phones: readonly MirroredPhone[] }[] {
    return [...this.#phones].map(([user, phones]) => ({ user, phones }))
  }

  #copySoon(pbx: MirroredPbx): void {
    if (!this.#isRunning || this.#copies.has(pbx.name)) return
    this.#copies.set(
      pbx.name,
      this.#parts.clock.after(copyAfterMs, () => this.#copy(pbx)),
    )
  }

  #copy(pbx: MirroredPbx): void {
    this.#copies.delete(pbx.name)
    const state = pbx.phones.state()
    if (!state || state.contacts === this.#copied.get(pbx.name)) return
    this.#copied.set(pbx.name, state.contacts)
    const now = this.#parts.clock.now()
    const found = this.#readContacts(pbx, state.contacts, now)
    const isNews = [...found].some(([user, phones]) => !areSamePlaces(this.#phones.get(user) ?? [], phones))
    for (const [user, phones] of this.#phones) {
      if (found.has(user) || phones[0]?.pbx !== pbx.name) continue
      if (phones.every(({ seenAt }) => now - seenAt > forgottenAfterMs)) this.#phones.delete(user)
    }
    for (const [user, phones] of found) {
      if (this.#phones.has(user) || this.#phones.size < mostPhones) this.#phones.set(user, phones)
    }
    this.#keepWithin(isNews ? keepAfterMs : keepAgainMs)
  }

  #readContacts(
    { name, domain }: MirroredPbx,
    contacts: readonly AsteriskContact[],
    now: number,
  ): Map<AorText, MirroredPhone[]> {
    const found = new Map<AorText, MirroredPhone[]>()
    for (const { extension, uri, userAgent, isReachable } of contacts) {
      if (isReachable === false) continue
      const place = isUri.test(uri) ? parseDialledUri(uri) : undefined
      if (!place || place.scheme === 'tel' || this.#parts.isOwnHost(place.host, place.port)) continue
      const user = this.#userOf(extension, domain)
      const since = this.#phones.get(user)?.find((known) => known.uri === uri)?.since ?? now
      const phone = { pbx: name, domain, uri, userAgent, since, seenAt: now }
      const others = found.get(user)
      if (others) others.push(phone)
      else found.set(user, [phone])
    }
    return found
  }

  #userOf(extension: string, domain: string): AorText {
    const name = aor(extension, domain)
    return printAor(this.#parts.names.resolve(name) ?? name)
  }

  async #load(pbx: MirroredPbx): Promise<void> {
    const { settings, clock, log } = this.#parts
    const read = (text: string) => {
      const users: readonly [AorText, readonly MirroredPhone[]][] = JSON.parse(text)
      const known = users.map(([user, phones]) => [user, usable(phones, clock.now())] as const)
      return known.filter(([, phones]) => phones.length > 0)
    }
    const remembered = await keptValue(settings, settingOf(pbx), read, log)
    if (!remembered) return
    for (const [user, phones] of remembered) this.#phones.set(user, phones)
    log.info({ pbx: pbx.name, users: remembered.length }, 'phones of the PBX remembered')
  }

  #keepWithin(ms: number): void {
    const { clock } = this.#parts
    const due = clock.now() + ms
    if (this.#keeping && this.#keepDue <= due) return
    this.#keeping?.cancel()
    this.#keepDue = due
    this.#keeping = clock.after(ms, () => void this.#keep())
  }

  async #keep(): Promise<void> {
    this.#keeping?.cancel()
    this.#keeping = undefined
    for (const pbx of this.#parts.pbxs) {
      const own = [...this.#phones].filter(([, phones]) => phones[0]?.pbx === pbx.name)
      try {
        await this.#parts.settings.set(settingOf(pbx), new TextEncoder().encode(JSON.stringify(own)))
        this.#parts.log.debug({ pbx: pbx.name, users: own.length }, 'phones of the PBX kept')
      } catch (error) {
        this.#parts.log.warn({ pbx: pbx.name, error: String(error) }, 'phones of the PBX not kept on disk')
      }
    }
  }
}

function settingOf({ name }: MirroredPbx): string {
  return `mirrored-phones:${name}`
}

function usable(phones: readonly MirroredPhone[], now: number): readonly MirroredPhone[] {
  return phones.filter((phone) => usableUntil(phone) > now)
}

function areSamePlaces(some: readonly MirroredPhone[], others: readonly MirroredPhone[]): boolean {
  return some.length === others.length && others.every(({ uri }) => some.some((each) => each.uri === uri))
}

function placesOf({ contact, source }: Binding): string[] {
  return [placeOf(contact), `${source.address}:${source.port}`]
}
