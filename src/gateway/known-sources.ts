import type { Binding } from '../domain/binding.ts'
import type { Guard } from '../guard/guard.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Part } from '../lib/part.ts'
import type { Location } from '../registrar/location.ts'

export interface KnownSourcesParts {
  readonly location: Pick<Location, 'all' | 'onChange'>
  readonly guard: Pick<Guard, 'noteUser' | 'onStanding'>
  readonly engine: { setStanding: Parameters<Guard['onStanding']>[0] } | undefined
  /** Networks of the site, from which any phone may call for help. */
  readonly ownNetworks: { has(address: string): boolean }
  readonly clock: Clock
}

/** Phones refresh without anybody hearing of it. */
const lookEveryMs = 30_000

/** Tells the guard where users are registered, and the engine whom the guard knows and whom it has banned. */
export class KnownSources implements Part {
  readonly name = 'known sources'
  readonly #parts: KnownSourcesParts
  #timer: Timer | undefined
  #unsubscribe: () => void = () => undefined

  constructor(parts: KnownSourcesParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    const { location, guard, engine } = this.#parts
    // A call for help is seen only by who reads the request: at the site itself the guard alone keeps a ban.
    guard.onStanding((source, standing) =>
      engine?.setStanding(source, standing?.kind === 'banned' && this.#isOwn(source) ? undefined : standing),
    )
    this.#unsubscribe = location.onChange((_aor, bindings) => this.#note(bindings))
    this.#look()
  }

  async stop(): Promise<void> {
    this.#unsubscribe()
    this.#timer?.cancel()
  }

  /** A source is an address or an IPv6 /64. */
  #isOwn(source: string): boolean {
    return this.#parts.ownNetworks.has(source.replace(/\/64$/, ''))
  }

  #look(): void {
    this.#note(this.#parts.location.all())
    this.#timer = this.#parts.clock.after(lookEveryMs, () => this.#look())
  }

  #note(bindings: Iterable<Binding>): void {
    for (const { source, expiresAt } of bindings) this.#parts.guard.noteUser(source, expiresAt)
  }
}
