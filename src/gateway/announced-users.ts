import type { AorText } from '../domain/aor.ts'
import type { Binding } from '../domain/binding.ts'
import type { Part } from '../lib/part.ts'

/** How soon the overlays hear of it. */
export type Pace = 'now' | 'in turn'

export interface AnnouncedUsersParts {
  readonly overlays: {
    publishUser(aor: AorText, contacts: number, pace: Pace): void
    withdrawUser(aor: AorText): void
  }
  readonly location: {
    aors(): Iterable<AorText>
    lookup(aor: AorText): readonly Binding[]
    onChange(listener: (aor: AorText, bindings: readonly Binding[]) => void): () => void
  }
  readonly accounts: { readonly all: readonly { readonly aorText: AorText }[] }
  /** Names of groups, which always have somebody to ring. */
  readonly groups?: readonly AorText[]
  /** What was announced before the box was started. */
  readonly settings: {
    get(key: string): Promise<Uint8Array | undefined>
    set(key: string, value: Uint8Array): Promise<void>
  }
}

const settingKey = 'announced users'

/**
 * Tells the overlays of this box's users: where phones are registered, and also who could register and has not, so that a
 * caller elsewhere hears "not available" and not "no such user". A user who was taken out of the config is taken back.
 */
export class AnnouncedUsers implements Part {
  readonly name = 'announced users'
  readonly #parts: AnnouncedUsersParts
  readonly #enrolled: ReadonlySet<AorText>
  readonly #groups: readonly AorText[]
  readonly #known: ReadonlySet<AorText>
  #unsubscribe: (() => void) | undefined

  constructor(parts: AnnouncedUsersParts) {
    this.#parts = parts
    this.#enrolled = new Set(parts.accounts.all.map(({ aorText }) => aorText))
    this.#groups = parts.groups ?? []
    this.#known = new Set([...this.#enrolled, ...this.#groups])
  }

  async start(): Promise<void> {
    const { overlays, location } = this.#parts
    const before = await this.#announcedBefore()
    // Other boxes know of the phones of before the start; those who register from now on come first.
    for (const aor of location.aors()) this.#announce(aor, location.lookup(aor), 'in turn')
    for (const aor of this.#enrolled)
      if (location.lookup(aor).length === 0) overlays.publishUser(aor, 0, 'in turn')
    for (const aor of this.#groups) overlays.publishUser(aor, 1, 'in turn')
    for (const aor of before)
      if (!this.#known.has(aor) && location.lookup(aor).length === 0) overlays.withdrawUser(aor)
    this.#unsubscribe = location.onChange((aor, bindings) => this.#announce(aor, bindings, 'now'))
    await this.#remember(before)
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.()
  }

  #announce(aor: AorText, bindings: readonly Binding[], pace: Pace): void {
    const { overlays } = this.#parts
    if (bindings.length > 0 || this.#enrolled.has(aor)) overlays.publishUser(aor, bindings.length, pace)
    else overlays.withdrawUser(aor)
  }

  async #announcedBefore(): Promise<ReadonlySet<AorText>> {
    const value = await this.#parts.settings.get(settingKey)
    const names = value === undefined ? '' : Buffer.from(value).toString()
    return new Set(names.split('\n').filter((name): name is AorText => name !== ''))
  }

  async #remember(before: ReadonlySet<AorText>): Promise<void> {
    const isSame = before.size === this.#known.size && [...before].every((aor) => this.#known.has(aor))
    if (!isSame) await this.#parts.settings.set(settingKey, Buffer.from([...this.#known].join('\n')))
  }
}
