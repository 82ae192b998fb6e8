import { type AorText, parseAor } from '../../domain/aor.ts'
import type { Binding } from '../../domain/binding.ts'
import type { Clock, Timer } from '../../lib/clock.ts'
import { keptValue } from '../../lib/kept-value.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'

/** When a phone of an extension was last heard of, and by what way. */
export interface Sighting {
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  /** `pbx`: its PBX had accepted it; `box`: the box itself. */
  readonly origin: Binding['origin']
  /** Its PBX has accepted it at some time, whoever has let it in since. */
  readonly wasVouched: boolean
  readonly userAgent: string | undefined
}

export interface PhoneSightingsParts {
  /** Whether it is the domain of a PBX. */
  isWatched(domain: string): boolean
  readonly location: {
    aors(): Iterable<AorText>
    lookup(aor: AorText): readonly Binding[]
    onChange(listener: (aor: AorText, bindings: readonly Binding[]) => void): () => void
  }
  readonly settings: {
    get(key: string): Promise<Uint8Array | undefined>
    set(key: string, value: Uint8Array): Promise<void>
  }
  readonly clock: Clock
  readonly log: Log
}

const settingKey = 'phones seen'
const most = 20_000
const keepMs = 90 * 86_400_000
const writeEveryMs = 900_000

/** Phones of the PBXs that have registered, remembered beyond their registrations. */
export class PhoneSightings implements Part {
  readonly name = 'phone sightings'
  readonly #parts: PhoneSightingsParts
  readonly #listeners: ((aor: AorText) => void)[] = []
  #seen = new Map<AorText, Sighting>()
  #unsubscribe: (() => void) | undefined
  #timer: Timer | undefined
  #isChanged = false

  constructor(parts: PhoneSightingsParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    const { settings, clock, location, log } = this.#parts
    const read = (text: string) => {
      const rows: readonly [AorText, Sighting][] = JSON.parse(text)
      return new Map(rows.filter(([, { at }]) => at > clock.now() - keepMs))
    }
    this.#seen = (await keptValue(settings, settingKey, read, log)) ?? new Map()
    for (const aor of location.aors()) this.#saw(aor, location.lookup(aor))
    this.#unsubscribe = location.onChange((aor, bindings) => this.#saw(aor, bindings))
    this.#writeLater()
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.()
    this.#timer?.cancel()
    await this.#write()
  }

  of(aor: AorText): Sighting | undefined {
    return this.#seen.get(aor)
  }

  /** Users that have registered, whether anybody has told of them or not. */
  users(): Iterable<AorText> {
    return this.#seen.keys()
  }

  /** Called when a user is seen whom nobody has seen for months, or whom his PBX accepts for the first time. */
  onNewUser(listener: (aor: AorText) => void): void {
    this.#listeners.push(listener)
  }

  #saw(aor: AorText, bindings: readonly Binding[]): void {
    const domain = parseAor(aor)?.domain
    const [first] = bindings
    if (domain === undefined || !first || !this.#parts.isWatched(domain)) return
    const last = bindings.reduce((one, other) => (other.registeredAt > one.registeredAt ? other : one), first)
    const before = this.#seen.get(aor)
    const wasVouched = before?.wasVouched === true || bindings.some(({ origin }) => origin === 'pbx')
    const isNews = !before || (wasVouched && !before.wasVouched)
    // Behind all others: the first ones are those that go when there are too many.
    this.#seen.delete(aor)
    const { registeredAt: at, origin, userAgent } = last
    this.#seen.set(aor, { at, origin, wasVouched, userAgent })
    const [oldest] = this.#seen.keys()
    if (this.#seen.size > most && oldest !== undefined) this.#seen.delete(oldest)
    this.#isChanged = true
    if (isNews) for (const listener of this.#listeners) listener(aor)
  }

  #writeLater(): void {
    this.#timer = this.#parts.clock.after(writeEveryMs, () => {
      void this.#write()
      this.#writeLater()
    })
  }

  async #write(): Promise<void> {
    if (!this.#isChanged) return
    this.#isChanged = false
    try {
      await this.#parts.settings.set(settingKey, Buffer.from(JSON.stringify([...this.#seen])))
    } catch (error) {
      // What is lost with it is a date on a page.
      this.#isChanged = true
      this.#parts.log.warn({ error }, 'phones seen were not written')
    }
  }
}
